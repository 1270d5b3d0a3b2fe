import { Alert } from "@patternfly/react-core";
import { errorText } from "../api/errorText";

/** A write that failed, next to the button that asked for it. */
export function ErrorAlert({ error }: { error: unknown }) {
  if (!error) return null;
  const { title, body } = errorText(error);
  return (
    <Alert variant="danger" isInline title={title} component="p">
      {body}
    </Alert>
  );
}
