import { EmptyState, EmptyStateBody } from "@patternfly/react-core";
import { Link } from "react-router";
import { useAssetDeployments } from "../../api/assets";
import type { AssetDetails, DeploymentRow } from "../../api/types";
import { elapsed } from "../../format/time";
import { workWords } from "../../format/words";
import { DeploymentStateLabel } from "../../labels/DeploymentStateLabel";
import { When } from "../../labels/When";
import { Failure } from "../../shell/Failure";
import { type Column, DataTable } from "../../table/DataTable";
import { OutcomeCounts } from "../runs/OutcomeCounts";

const columns: Column<DeploymentRow>[] = [
  { key: "job", title: "Job", cell: (one) => <Link to={`/deployments/${one.id}`}>{one.jobName}</Link> },
  { key: "work", title: "Work", cell: (one) => workWords(one.work).noun },
  { key: "state", title: "State", cell: (one) => <DeploymentStateLabel state={one.state} /> },
  { key: "outcomes", title: "Patches", cell: (one) => <OutcomeCounts counts={one.counts} /> },
  { key: "published", title: "Published", cell: (one) => <When at={one.publishedAt} /> },
  { key: "took", title: "Took", numeric: true, cell: (one) => elapsed(one.startedAt, one.endedAt, Date.now()) },
];

export function DeploymentsTab({ asset }: { asset: AssetDetails }) {
  const { data, error, refetch } = useAssetDeployments(asset.id);
  if (error && !data) return <Failure error={error} retry={refetch} />;
  if (data?.items.length === 0) {
    return (
      <EmptyState titleText="No deployments yet" headingLevel="h2">
        <EmptyStateBody>Choose “Deploy…” to install missing patches on {asset.name}.</EmptyStateBody>
      </EmptyState>
    );
  }
  return <DataTable label="Deployments" columns={columns} rows={data?.items} rowKey={(one) => one.id} />;
}
