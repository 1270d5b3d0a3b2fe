import { ClipboardCopy, FormGroup, TextInput } from "@patternfly/react-core";
import { useState } from "react";
import { useCreateKey } from "../../api/agents";
import { CreateDialog } from "../../shell/CreateDialog";

export function CreateKey({ onClose }: { onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [maxAgents, setMaxAgents] = useState("");
  const [until, setUntil] = useState("");
  const create = useCreateKey();
  const submit = () =>
    create.mutate({
      title: title.trim(),
      maxAgents: maxAgents ? Number(maxAgents) : null,
      // The key is valid through the chosen day, by the clock of the person who chose it.
      expireDate: until ? new Date(`${until}T23:59:59`).toISOString() : null,
    });
  return (
    <CreateDialog
      title="Create activation key"
      createdTitle="Activation key created"
      created={create.data && <Created installLine={create.data.installLine} />}
      busy={create.isPending}
      valid={title.trim() !== ""}
      error={create.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <FormGroup label="Title" fieldId="key-title" isRequired>
        <TextInput id="key-title" isRequired autoFocus value={title} onChange={(_event, value) => setTitle(value)} />
      </FormGroup>
      <FormGroup label="Most agents (empty: no limit)" fieldId="key-max">
        <TextInput
          id="key-max"
          type="number"
          min={1}
          value={maxAgents}
          onChange={(_event, value) => setMaxAgents(value)}
        />
      </FormGroup>
      <FormGroup label="Valid until (empty: no limit)" fieldId="key-until">
        <TextInput id="key-until" type="date" value={until} onChange={(_event, value) => setUntil(value)} />
      </FormGroup>
    </CreateDialog>
  );
}

function Created({ installLine }: { installLine: string }) {
  return (
    <>
      <p>Run this as root on each machine:</p>
      <ClipboardCopy isReadOnly isCode hoverTip="Copy" clickTip="Copied" textAriaLabel="Install line">
        {installLine}
      </ClipboardCopy>
    </>
  );
}
