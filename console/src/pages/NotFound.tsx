import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, PageSection } from "@patternfly/react-core";
import { useEffect } from "react";
import { Link, useLocation } from "react-router";

export function NotFound() {
  const { pathname } = useLocation();
  useEffect(() => {
    document.title = "Page not found · Fettle";
  }, []);
  return (
    <PageSection isFilled>
      <EmptyState titleText="There is no such page" headingLevel="h1">
        <EmptyStateBody>The console has nothing at “{pathname}”. The link may be old or incomplete.</EmptyStateBody>
        <EmptyStateFooter>
          <EmptyStateActions>
            <Link to="/">Go to the overview</Link>
          </EmptyStateActions>
        </EmptyStateFooter>
      </EmptyState>
    </PageSection>
  );
}
