import {
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  Radio,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { type Draft, suggestedName } from "./draft";

type Props = { draft: Draft; onChange: (part: Partial<Draft>) => void };

export function BasicStep({ draft, onChange }: Props) {
  return (
    <Form>
      <FormGroup label="Name" fieldId="job-name">
        <TextInput
          id="job-name"
          maxLength={255}
          placeholder={suggestedName(draft)}
          value={draft.name}
          onChange={(_event, name) => onChange({ name })}
        />
        <FormHelperText>
          <HelperText>
            <HelperTextItem>Left empty, the job is called “{suggestedName(draft)}”.</HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <FormGroup label="Description" fieldId="job-description">
        <TextArea
          id="job-description"
          maxLength={2000}
          resizeOrientation="vertical"
          value={draft.description}
          onChange={(_event, description) => onChange({ description })}
        />
      </FormGroup>
      <FormGroup role="radiogroup" label="Work" fieldId="job-work" isStack>
        <Radio
          id="work-install"
          name="work"
          label="Install"
          description="Brings the chosen patches' packages to the fixed version or newer."
          isChecked={draft.work === "Install"}
          onChange={() => onChange({ work: "Install", patches: [] })}
        />
        <Radio
          id="work-rollback"
          name="work"
          label="Uninstall"
          description="Goes back to the highest earlier version that the repositories list. The dry run shows it."
          isChecked={draft.work === "Rollback"}
          onChange={() => onChange({ work: "Rollback", patches: [] })}
        />
      </FormGroup>
    </Form>
  );
}
