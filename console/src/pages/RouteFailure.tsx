import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { useRouteError } from "react-router";

/** A page that could not be drawn: a fault of the console, or a part of it that did not load after an upgrade. */
export function RouteFailure() {
  const error = useRouteError();
  return (
    <EmptyState titleText="This page could not be shown" status="danger" headingLevel="h1">
      <EmptyStateBody>
        {error instanceof Error ? error.message : String(error)} If the server was just upgraded, loading the page again
        helps.
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="primary" onClick={() => window.location.reload()}>
            Load again
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
