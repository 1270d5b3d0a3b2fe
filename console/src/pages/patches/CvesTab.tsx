import { EmptyState, EmptyStateBody, List, ListItem } from "@patternfly/react-core";
import { Link } from "react-router";
import type { PatchDetails } from "../../api/types";

export function CvesTab({ patch }: { patch: PatchDetails }) {
  if (patch.cves === null) {
    return (
      <EmptyState titleText="Not read yet" headingLevel="h2">
        <EmptyStateBody>
          CVEs are read from the changelog inside the package, the smallest packages first. Until then they are unknown.
        </EmptyStateBody>
      </EmptyState>
    );
  }
  if (patch.cves.length === 0) {
    return (
      <EmptyState titleText="No CVEs named" headingLevel="h2">
        <EmptyStateBody>The changelog was read; it names no CVE for this version.</EmptyStateBody>
      </EmptyState>
    );
  }
  return (
    <List isPlain className="ft-cves" aria-label="CVEs">
      {patch.cves.map((cve) => (
        <ListItem key={cve}>
          <Link to={`/vulnerabilities/${cve}`}>{cve}</Link>
        </ListItem>
      ))}
    </List>
  );
}
