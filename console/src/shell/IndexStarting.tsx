import { Alert, PageSection, Progress } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { startingKey } from "../api/queryClient";

/** Shown while the server loads its index; the lists below wait and fill themselves. */
export function IndexStarting() {
  const { data: progress } = useQuery<number | null>({ queryKey: startingKey, enabled: false });
  if (progress == null) return null;
  return (
    <PageSection role="status" aria-label="The server is loading">
      <Alert variant="info" isInline component="p" title="The server is loading its data.">
        This page fills itself when that is done.
        <Progress value={progress} aria-label="Loaded" size="sm" measureLocation="outside" className="ft-starting" />
      </Alert>
    </PageSection>
  );
}
