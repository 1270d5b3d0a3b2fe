import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import { ApiError } from "../api/client";
import { errorText } from "../api/errorText";

/** A read that failed, in place of what it should show. */
export function Failure({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const { title, body } = errorText(error);
  const forbidden = error instanceof ApiError && error.status === 403;
  return (
    <EmptyState
      titleText={title}
      headingLevel="h2"
      variant="sm"
      {...(forbidden ? { icon: LockIcon } : { status: "danger" as const })}
    >
      <EmptyStateBody>{body}</EmptyStateBody>
      {retry && !forbidden && (
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button variant="secondary" onClick={() => retry()}>
              Try again
            </Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}
