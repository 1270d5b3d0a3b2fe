import { EmptyState, EmptyStateBody, Progress, ToolbarItem } from "@patternfly/react-core";
import { Link } from "react-router";
import { useRunDeployments } from "../../api/jobs";
import { timeZone } from "../../api/qql";
import type { DeploymentRow, RunDetails } from "../../api/types";
import { formatBytes } from "../../format/size";
import { elapsed } from "../../format/time";
import { words } from "../../format/words";
import { DeploymentStateLabel } from "../../labels/DeploymentStateLabel";
import { QuerySearch } from "../../query/QuerySearch";
import type { Column } from "../../table/DataTable";
import { FacetFilter } from "../../table/FacetFilter";
import { ListTable } from "../../table/ListTable";
import { apiQuery } from "../../url/listState";
import { useListState } from "../../url/useListState";
import { OutcomeCounts } from "./OutcomeCounts";

const columns: Column<DeploymentRow>[] = [
  { key: "asset", title: "Asset", cell: (one) => <Link to={`/deployments/${one.id}`}>{one.asset.name}</Link> },
  { key: "state", title: "State", cell: (one) => <DeploymentStateLabel state={one.state} /> },
  { key: "progress", title: "Now", cell: (one) => <DeploymentProgress deployment={one} /> },
  { key: "patches", title: "Patches", cell: (one) => <OutcomeCounts counts={one.counts} /> },
  { key: "took", title: "Took", numeric: true, cell: (one) => elapsed(one.startedAt, one.endedAt, Date.now()) },
];

export function RunDeployments({ run, active }: { run: RunDetails; active: boolean }) {
  const address = useListState(["state", "query"]);
  const result = useRunDeployments(run.id, apiQuery(address, { tz: timeZone() }), active);
  const states = Object.entries(run.counts).map(([value, count]) => ({ value, label: `${words(value)} (${count})` }));
  return (
    <ListTable
      label="Assets of the run"
      search={
        <QuerySearch
          entity="deployment"
          label="Query of assets"
          example="name:web* and failedPatches>0"
          address={address}
          error={result.error}
        />
      }
      address={address}
      result={result}
      columns={columns}
      rowKey={(one) => one.id}
      filters={
        <ToolbarItem>
          <FacetFilter
            label="State"
            name="state"
            value={address.filters.state}
            facets={undefined}
            values={states}
            onChange={(state) => address.set({ state })}
          />
        </ToolbarItem>
      }
      empty={
        <EmptyState titleText="No assets" headingLevel="h2">
          <EmptyStateBody>None of the job's assets was there when the run was published.</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}

/** What the asset does now, or why it ended as it did. */
export function DeploymentProgress({ deployment }: { deployment: DeploymentRow }) {
  const { progress, reason, text, refusedCode, cancelRequested } = deployment;
  if (deployment.endedAt || !progress) {
    const said = [refusedCode && words(refusedCode), reason && words(reason), text].filter(Boolean).join(": ");
    return said || <span className="ft-quiet">{cancelRequested && !deployment.endedAt ? "Cancel asked" : "–"}</span>;
  }
  const label = `${words(progress.step)}${progress.bytes === null ? "" : `, ${formatBytes(progress.bytes)}`}`;
  if (progress.percent === null) return label;
  return (
    <Progress
      size="sm"
      title={cancelRequested ? `${label} (cancel asked)` : label}
      value={Math.round(progress.percent)}
      measureLocation="outside"
    />
  );
}
