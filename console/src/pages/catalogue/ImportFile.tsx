import {
  Alert,
  Button,
  Form,
  FormGroup,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Stack,
} from "@patternfly/react-core";
import { useState } from "react";
import { useImport, useTryImport } from "../../api/catalogue";
import { ErrorAlert } from "../../shell/ErrorAlert";
import { ReportView } from "./ReportView";

/** A file is read first, and imported once a person has seen what is in it. */
export function ImportFile({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null);
  const tried = useTryImport();
  const imported = useImport();
  const choose = (chosen: File | null) => {
    setFile(chosen);
    imported.reset();
    tried.reset();
    if (chosen) tried.mutate(chosen);
  };
  const done = imported.data;
  const answer = done ?? tried.data;
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="import-title">
      <ModalHeader title={done ? "File imported" : "Import a vendor's file"} labelId="import-title" />
      <ModalBody>
        <Stack hasGutter>
          {!done && (
            <Form onSubmit={(event) => event.preventDefault()}>
              <FormGroup label="File, packed or not" fieldId="import-file">
                <input id="import-file" type="file" onChange={(event) => choose(event.target.files?.[0] ?? null)} />
              </FormGroup>
            </Form>
          )}
          <Stack hasGutter aria-live="polite">
            {tried.isPending && <p>The server reads the file…</p>}
            <ErrorAlert error={imported.error ?? tried.error} />
            {done?.outcome === "AlreadyImported" && (
              <Alert variant="info" isInline component="p" title="This file was imported before: nothing changed." />
            )}
            {answer && <ReportView answer={answer} />}
            {answer && !answer.canBeStored && (
              <Alert
                variant="info"
                isInline
                component="p"
                title="Files of this feed can be read, but not stored yet."
              />
            )}
          </Stack>
        </Stack>{" "}
      </ModalBody>
      <ModalFooter>
        {!done && (
          <Button
            onClick={() => file && imported.mutate(file)}
            isLoading={imported.isPending}
            isDisabled={!tried.data?.canBeStored || imported.isPending}
          >
            Import
          </Button>
        )}
        <Button variant={done ? "primary" : "link"} onClick={onClose}>
          {done ? "Close" : "Cancel"}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
