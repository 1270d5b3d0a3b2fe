import { Card, CardBody, CardHeader, CardTitle, Title } from "@patternfly/react-core";
import { Link } from "react-router";
import type { UrgentPatch } from "../../api/types";
import { CveCount, SecurityLabel } from "../../labels/PatchLabels";
import { When } from "../../labels/When";
import { type Column, DataTable } from "../../table/DataTable";
import { queryLink } from "../../url/queryLink";
import { missing } from "../patches/patchesList";

const columns: Column<UrgentPatch>[] = [
  { key: "title", title: "Patch", cell: (patch) => <Link to={`/patches/${patch.patchId}`}>{patch.title}</Link> },
  { key: "security", title: "Kind", cell: (patch) => <SecurityLabel security={patch.security} /> },
  { key: "cves", title: "CVEs", numeric: true, cell: (patch) => <CveCount cves={patch.cves} /> },
  { key: "urgency", title: "Urgency", cell: (patch) => patch.urgency ?? <span className="ft-quiet">–</span> },
  { key: "missing", title: "Missing on", numeric: true, cell: (patch) => patch.missing },
  { key: "published", title: "Published", cell: (patch) => <When at={patch.published} none="unknown" /> },
];

export function UrgentPatches({ patches }: { patches: UrgentPatch[] | undefined }) {
  return (
    <Card isFullHeight>
      <CardHeader
        actions={{ actions: <Link to={queryLink("/patches", missing)}>All patches</Link>, hasNoOffset: true }}
      >
        <CardTitle>
          <Title headingLevel="h2" size="md">
            Most urgent patches
          </Title>
        </CardTitle>
      </CardHeader>
      <CardBody>
        {patches?.length === 0 ? (
          <p>No patch is missing on the assets that have been scanned.</p>
        ) : (
          <DataTable label="Most urgent patches" columns={columns} rows={patches} rowKey={(patch) => patch.patchId} />
        )}
      </CardBody>
    </Card>
  );
}
