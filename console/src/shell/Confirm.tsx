import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { ErrorAlert } from "./ErrorAlert";

/** Asks before something that cannot be taken back. */
export function Confirm(props: {
  title: string;
  action: string;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
  /** What the button says to leave all as it is; "Cancel" is ambiguous when the action itself cancels something. */
  keep?: string;
  children: ReactNode;
}) {
  return (
    <Modal
      isOpen
      variant="small"
      onClose={props.onClose}
      aria-labelledby="confirm-title"
      aria-describedby="confirm-body"
    >
      <ModalHeader title={props.title} titleIconVariant="warning" labelId="confirm-title" />
      <ModalBody id="confirm-body">
        {props.children}
        <ErrorAlert error={props.error} />
      </ModalBody>
      <ModalFooter>
        <Button variant="danger" isLoading={props.busy} isDisabled={props.busy} onClick={props.onConfirm}>
          {props.action}
        </Button>
        <Button variant="link" onClick={props.onClose}>
          {props.keep ?? "Cancel"}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
