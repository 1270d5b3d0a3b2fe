import { Button, HelperText, HelperTextItem } from "@patternfly/react-core";
import type { QueryError } from "../api/client";
import { remedies } from "./places";

type Props = { errors: QueryError[]; onMend: (error: QueryError, suggestion: string) => void };

/** What is wrong with a query, each with what may be meant. */
export function QueryFaults({ errors, onMend }: Props) {
  return (
    <HelperText isLiveRegion className="ft-query-notes">
      {errors.map((error) => (
        <HelperTextItem key={`${error.offset} ${error.message}`} variant="error">
          {error.message}
          {remedies(error).length > 0 ? (
            <Remedies error={error} onMend={onMend} />
          ) : (
            error.help && <span className="ft-quiet">; {error.help}</span>
          )}
        </HelperTextItem>
      ))}
    </HelperText>
  );
}

function Remedies({ error, onMend }: { error: QueryError; onMend: Props["onMend"] }) {
  return (
    <>
      . Did you mean{" "}
      {remedies(error).map((suggestion, at) => (
        <span key={suggestion}>
          {at > 0 && " or "}
          <Button variant="link" isInline onClick={() => onMend(error, suggestion)}>
            <code>{suggestion}</code>
          </Button>
        </span>
      ))}
      ?
    </>
  );
}
