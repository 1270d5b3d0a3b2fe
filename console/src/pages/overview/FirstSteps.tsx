import { EmptyState, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import { InstallLine } from "../agents/InstallLine";

export function FirstSteps() {
  return (
    <EmptyState titleText="No assets yet" headingLevel="h2">
      <EmptyStateBody>
        Install the agent on a machine: it enrols, is scanned, and its missing patches appear here.
      </EmptyStateBody>
      <EmptyStateFooter>
        <InstallLine />
      </EmptyStateFooter>
    </EmptyState>
  );
}
