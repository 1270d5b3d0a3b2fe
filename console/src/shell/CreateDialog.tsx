import { Button, Form, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import { type FormEvent, type ReactNode, useId } from "react";
import { ErrorAlert } from "./ErrorAlert";

type Props = {
  title: string;
  createdTitle: string;
  /** What is shown once it is made; null before. */
  created: ReactNode;
  busy: boolean;
  valid: boolean;
  error: unknown;
  onSubmit: () => void;
  onClose: () => void;
  /** The form's fields. */
  children: ReactNode;
};

/** Asks for what a new thing is made of, and then shows what came of it: a line to copy, a secret that is told once. */
export function CreateDialog(props: Props) {
  const { title, createdTitle, created, busy, valid, error, onSubmit, onClose, children } = props;
  const id = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby={`${id}-title`}>
      <ModalHeader title={created ? createdTitle : title} labelId={`${id}-title`} />
      <ModalBody>
        {created ?? (
          <Form id={id} onSubmit={submit}>
            <ErrorAlert error={error} />
            {children}
          </Form>
        )}
      </ModalBody>
      <ModalFooter>
        {!created && (
          <Button type="submit" form={id} isLoading={busy} isDisabled={busy || !valid}>
            Create
          </Button>
        )}
        <Button variant={created ? "primary" : "link"} onClick={onClose}>
          {created ? "Close" : "Cancel"}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
