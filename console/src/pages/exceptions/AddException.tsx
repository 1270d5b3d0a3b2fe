import {
  Checkbox,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextArea,
  TextInput,
} from "@patternfly/react-core";
import { useState } from "react";
import { Link } from "react-router";
import { useRequestException } from "../../api/exceptions";
import { counted } from "../../format/count";
import { CreateDialog } from "../../shell/CreateDialog";

const shortestReason = 10;
const day = 86_400_000;
const dateIn = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10);

/** Asks for an exception for these patches on these assets. */
export function AddException(props: { patches: string[]; assets: string[]; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState(() => dateIn(30));
  const [approve, setApprove] = useState(true);
  const request = useRequestException();
  const submit = () =>
    request.mutate({
      patches: props.patches,
      assets: props.assets,
      reason: reason.trim(),
      // It holds through the chosen day, by the clock of the person who chose it.
      expiresAt: new Date(`${until}T23:59:59`).toISOString(),
      approve,
    });
  const isLong = reason.trim().length >= shortestReason;
  return (
    <CreateDialog
      title={`Exception for ${counted(props.patches.length, "patch", "patches")} on ${counted(props.assets.length, "asset")}`}
      createdTitle={request.data?.state === "Approved" ? "Exception approved" : "Exception requested"}
      created={request.data && <Created approved={request.data.state === "Approved"} />}
      busy={request.isPending}
      valid={isLong && until !== ""}
      error={request.error}
      onSubmit={submit}
      onClose={props.onClose}
    >
      <FormGroup label="Why they may wait" fieldId="exception-reason" isRequired>
        <TextArea
          id="exception-reason"
          isRequired
          autoFocus
          resizeOrientation="vertical"
          value={reason}
          onChange={(_event, value) => setReason(value)}
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
          value={until}
          onChange={(_event, value) => setUntil(value)}
        />
      </FormGroup>
      <Checkbox
        id="exception-approve"
        label="Approve it now"
        description="Until it is approved nothing changes."
        isChecked={approve}
        onChange={(_event, value) => setApprove(value)}
      />
    </CreateDialog>
  );
}

function Created({ approved }: { approved: boolean }) {
  return (
    <p>
      {approved
        ? "The findings count as missing and not as overdue, and jobs leave them out. "
        : "It takes effect once somebody approves it. "}
      <Link to="/exceptions">All exceptions</Link>
    </p>
  );
}
