import { Alert, ClipboardCopy, FormGroup, FormSelect, FormSelectOption, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { useCreateToken } from "../../api/session";
import { CreateDialog } from "../../shell/CreateDialog";

const lifetimes = [7, 30, 90, 365];

export function CreateToken({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [days, setDays] = useState(90);
  const create = useCreateToken();
  return (
    <CreateDialog
      title="Create token"
      createdTitle="Token created"
      created={create.data && <Created token={create.data.token} />}
      busy={create.isPending}
      valid={name.trim() !== ""}
      error={create.error}
      onSubmit={() => create.mutate({ name: name.trim(), days })}
      onClose={onClose}
    >
      <FormGroup label="Name" fieldId="token-name" isRequired>
        <TextInput id="token-name" isRequired autoFocus value={name} onChange={(_event, value) => setName(value)} />
      </FormGroup>
      <FormGroup label="Valid for" fieldId="token-days">
        <FormSelect id="token-days" value={days} onChange={(_event, value) => setDays(Number(value))}>
          {lifetimes.map((value) => (
            <FormSelectOption key={value} value={value} label={`${value} days`} />
          ))}
        </FormSelect>
      </FormGroup>
    </CreateDialog>
  );
}

function Created({ token }: { token: string }) {
  return (
    <>
      <Alert variant="warning" isInline component="p" title="Copy it now. It is not shown again." />
      <ClipboardCopy isReadOnly isCode hoverTip="Copy" clickTip="Copied" textAriaLabel="Token">
        {token}
      </ClipboardCopy>
    </>
  );
}
