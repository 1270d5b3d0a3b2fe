import {
  Checkbox,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from "@patternfly/react-core";

export type Terms = {
  reason: string;
  /** A day, as its field writes it. */
  until: string;
  approve: boolean;
};

const shortestReason = 10;
const day = 86_400_000;
const dateIn = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10);

export const usualTerms = (): Terms => ({ reason: "", until: dateIn(30), approve: true });

export const areValid = ({ reason, until }: Terms) => reason.trim().length >= shortestReason && until !== "";

/** As the server takes them: it holds through the chosen day, by the clock of the person who chose it. */
export const asked = ({ reason, until, approve }: Terms) => ({
  reason: reason.trim(),
  expiresAt: new Date(`${until}T23:59:59`).toISOString(),
  approve,
});

type Props = {
  terms: Terms;
  onChange: (terms: Terms) => void;
  /** The first of these fields takes the keyboard. */
  autoFocus?: boolean;
};

/** Why, until when, and whether it holds at once. */
export function ExceptionTerms({ terms, onChange, autoFocus = false }: Props) {
  return (
    <>
      <FormGroup label="Why they may wait" fieldId="exception-reason" isRequired>
        <TextArea
          id="exception-reason"
          isRequired
          autoFocus={autoFocus}
          resizeOrientation="vertical"
          value={terms.reason}
          onChange={(_event, reason) => onChange({ ...terms, reason })}
        />
        <FormHelperText>
          <HelperText>
            <HelperTextItem>At least {shortestReason} characters; auditors read it.</HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <FormGroup label="Until, at most a year from now" fieldId="exception-until" isRequired>
        <TextInput
          id="exception-until"
          type="date"
          isRequired
          min={dateIn(1)}
          max={dateIn(364)}
          value={terms.until}
          onChange={(_event, until) => onChange({ ...terms, until })}
        />
      </FormGroup>
      <Checkbox
        id="exception-approve"
        label="Approve it now"
        description="Until it is approved nothing changes."
        isChecked={terms.approve}
        onChange={(_event, approve) => onChange({ ...terms, approve })}
      />
    </>
  );
}
