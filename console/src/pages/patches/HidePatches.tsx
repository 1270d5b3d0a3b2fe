import { Button, Form, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from "@patternfly/react-core";
import { type FormEvent, useState } from "react";
import { useDecidePatches } from "../../api/patches";
import { counted } from "../../format/count";
import { ErrorAlert } from "../../shell/ErrorAlert";
import { useNotify } from "../../shell/notices";

/** Asks why, and hides. It can be undone at any time: hidden patches have their own filter. */
export function HidePatches({ ids, onClose, onDone }: { ids: string[]; onClose: () => void; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const decide = useDecidePatches();
  const notify = useNotify();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    decide.mutate(
      { patches: ids, action: "Hide", reason: reason.trim() },
      {
        onSuccess: ({ changed }) => {
          notify({ variant: "success", title: `${counted(changed, "patch", "patches")} hidden` });
          onDone();
        },
      },
    );
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="hide-title">
      <ModalHeader title={`Hide ${counted(ids.length, "patch", "patches")}?`} labelId="hide-title" />
      <ModalBody>
        <Form id="hide" onSubmit={submit}>
          <ErrorAlert error={decide.error} />
          <p>
            A hidden patch is left out of lists, counts and mails. Machines that lack it lack it still. The filter
            “Hidden” of the patches shows it, and brings it back.
          </p>
          <FormGroup label="Why nobody need see it" fieldId="hide-reason" isRequired>
            <TextInput
              id="hide-reason"
              isRequired
              autoFocus
              maxLength={500}
              value={reason}
              onChange={(_event, value) => setReason(value)}
            />
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="hide" isLoading={decide.isPending} isDisabled={decide.isPending || !reason.trim()}>
          Hide
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}
