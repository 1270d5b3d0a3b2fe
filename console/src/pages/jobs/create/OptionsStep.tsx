import { Checkbox, Form, FormGroup } from "@patternfly/react-core";
import type { JobOptions, Work } from "../../../api/types";

type Props = { options: JobOptions; work: Work; onChange: (options: JobOptions) => void };

export function OptionsStep({ options, work, onChange }: Props) {
  const set = (part: Partial<JobOptions>) => onChange({ ...options, ...part });
  return (
    <Form>
      <FormGroup role="group" label="Options" fieldId="options" isStack>
        <Checkbox
          id="continue"
          label="Go on after a failed patch"
          description="The other patches of the same asset are still worked on."
          isChecked={options.continueOnPatchFailure}
          onChange={(_event, on) => set({ continueOnPatchFailure: on })}
        />
        <Checkbox
          id="removals"
          label="Allow removals"
          description={`Packages may be removed where apt wants it ${work === "Install" ? "for an installation" : "to go back"}. Otherwise such a patch fails and nothing is removed.`}
          isChecked={options.allowRemovals}
          onChange={(_event, on) => set({ allowRemovals: on })}
        />
        <Checkbox
          id="reboots"
          label="Do not restart machines"
          description="A machine that needs a restart stays “restart pending” until somebody restarts it."
          isChecked={options.suppressReboots}
          isDisabled
        />
      </FormGroup>
    </Form>
  );
}
