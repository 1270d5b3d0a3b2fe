import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
} from "@patternfly/react-core";
import { useState } from "react";
import { useActivationKeys } from "../../api/agents";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { CreateKey } from "./CreateKey";
import { KeyTable } from "./KeyTable";

export function AgentsPage() {
  const [creating, setCreating] = useState(false);
  const { data, error, refetch } = useActivationKeys();
  const create = <Button onClick={() => setCreating(true)}>Create activation key</Button>;
  return (
    <>
      <PageHead
        title="Agents"
        description="An activation key admits agents: its install line installs the agent on a machine and enrols it."
        actions={create}
      />
      <PageSection isFilled>
        {error && !data ? (
          <Failure error={error} retry={refetch} />
        ) : data?.items.length === 0 ? (
          <EmptyState titleText="No activation keys" headingLevel="h2">
            <EmptyStateBody>Make one, then run its install line on each machine.</EmptyStateBody>
            <EmptyStateFooter>
              <EmptyStateActions>{create}</EmptyStateActions>
            </EmptyStateFooter>
          </EmptyState>
        ) : (
          <KeyTable keys={data?.items} />
        )}
      </PageSection>
      {creating && <CreateKey onClose={() => setCreating(false)} />}
    </>
  );
}
