import { Label, Tooltip } from "@patternfly/react-core";
import { Link } from "react-router";
import type { AssetRow } from "../../api/types";
import { counted, formatCount } from "../../format/count";
import { words } from "../../format/words";
import { DeploymentStateLabel } from "../../labels/DeploymentStateLabel";
import { ScanStatusLabel } from "../../labels/ScanStatusLabel";
import { When } from "../../labels/When";
import type { Column } from "../../table/DataTable";

const quiet = <span className="ft-quiet">–</span>;

export const assetColumns: Column<AssetRow>[] = [
  {
    key: "name",
    title: "Name",
    sortable: true,
    fixed: true,
    cell: (asset) => <Link to={`/assets/${asset.id}`}>{asset.name}</Link>,
  },
  { key: "operatingSystem", title: "Operating system", sortable: true, cell: (asset) => asset.operatingSystem },
  { key: "address", title: "Address", optional: true, cell: (asset) => asset.address ?? quiet },
  {
    key: "scanStatus",
    title: "Scan status",
    sortable: true,
    optional: true,
    cell: (asset) => <ScanStatusLabel status={asset.scanStatus} reason={asset.scanReason} />,
  },
  {
    key: "scanDateTime",
    title: "Scanned",
    field: "scannedAt",
    sortable: true,
    cell: (asset) => (
      <>
        {asset.scanStatus !== "Scanned" && <ScanStatusLabel status={asset.scanStatus} reason={asset.scanReason} />}{" "}
        {asset.scannedAt && <When at={asset.scannedAt} />}
      </>
    ),
  },
  {
    key: "missingPatchCount",
    title: "Missing",
    sortable: true,
    numeric: true,
    cell: (asset) => (
      <>
        {figure(asset, "missingPatchCount", "status=Missing")} <Untold asset={asset} />
      </>
    ),
  },
  {
    key: "missingSecurityPatchCount",
    title: "Security",
    field: "missingSecurityCount",
    sortable: true,
    numeric: true,
    cell: (asset) => figure(asset, "missingSecurityCount", "status=Missing&security=yes"),
  },
  {
    key: "overdueFindingCount",
    title: "Overdue",
    field: "overdueCount",
    sortable: true,
    numeric: true,
    cell: (asset) => figure(asset, "overdueCount", "status=Missing&overdue=yes"),
  },
  {
    key: "installedPatchCount",
    title: "Installed",
    sortable: true,
    numeric: true,
    cell: (asset) => figure(asset, "installedPatchCount", "status=Installed"),
  },
  {
    key: "undeterminedPatchCount",
    title: "Cannot tell",
    sortable: true,
    numeric: true,
    optional: true,
    cell: (asset) => figure(asset, "undeterminedPatchCount", "status=Undetermined"),
  },
  {
    key: "packageCount",
    title: "Packages",
    numeric: true,
    optional: true,
    cell: (asset) => formatCount(asset.packageCount),
  },
  { key: "lastLoggedOnUser", title: "User", sortable: true, cell: (asset) => asset.lastLoggedOnUser ?? quiet },
  { key: "status", title: "Status", field: "agentStatus", cell: (asset) => <AssetStatusLabels asset={asset} /> },
  {
    key: "lastCheckedIn",
    title: "Last check-in",
    sortable: true,
    optional: true,
    cell: (asset) => <When at={asset.lastCheckedIn} />,
  },
  { key: "fqdn", title: "Full name", sortable: true, optional: true, cell: (asset) => asset.fqdn ?? quiet },
  { key: "agentVersion", title: "Agent", sortable: true, optional: true, cell: (asset) => asset.agentVersion },
  {
    key: "lastDeployment",
    title: "Last deployment",
    field: "lastDeployment.state",
    optional: true,
    cell: ({ lastDeployment }) =>
      lastDeployment ? (
        <Link to={`/deployments/${lastDeployment.deploymentId}`} className="ft-plain-link">
          <DeploymentStateLabel state={lastDeployment.state} /> <When at={lastDeployment.at} />
        </Link>
      ) : (
        quiet
      ),
  },
];

/** What `/v1/assets` calls the orders that it has under another name than the query language. */
const ownOrders: Record<string, string> = {
  scanDateTime: "scannedAt",
  missingSecurityPatchCount: "missingSecurityCount",
  name: "name",
  operatingSystem: "operatingSystem",
  scanStatus: "scanStatus",
  missingPatchCount: "missingPatchCount",
  installedPatchCount: "installedPatchCount",
  undeterminedPatchCount: "undeterminedPatchCount",
  lastLoggedOnUser: "lastLoggedOnUser",
  lastCheckedIn: "lastCheckedIn",
};

/** For lists of assets without a query of their own. */
export const filteredAssetColumns: Column<AssetRow>[] = assetColumns.map((column) => ({
  ...column,
  key: ownOrders[column.key] ?? column.key,
  sortable: column.key in ownOrders,
}));

type Figure =
  | "missingPatchCount"
  | "missingSecurityCount"
  | "overdueCount"
  | "installedPatchCount"
  | "undeterminedPatchCount";

/** A count that leads to what it counts. Before the first scan there is none: zero would be a claim. */
function figure(asset: AssetRow, key: Figure, query: string) {
  if (!asset.scannedAt) return <span className="ft-quiet">?</span>;
  return asset[key] === 0 ? 0 : <Link to={`/assets/${asset.id}/patches?${query}`}>{formatCount(asset[key])}</Link>;
}

/** Beside the missing ones: of how many it cannot be told. A number alone would say that there are no more. */
function Untold({ asset }: { asset: AssetRow }) {
  const untold = asset.undeterminedPatchCount;
  if (!asset.scannedAt || untold === 0) return null;
  const text = `Of ${counted(untold, "more patch", "more patches")} it cannot be told`;
  return (
    <Tooltip content={text}>
      <Link to={`/assets/${asset.id}/patches?status=Undetermined`} aria-label={text} className="ft-nowrap">
        +{formatCount(untold)}?
      </Link>
    </Tooltip>
  );
}

export function AssetStatusLabels({ asset }: { asset: AssetRow }) {
  return (
    <span className="ft-labels">
      <Label
        isCompact
        variant="outline"
        {...(asset.connected
          ? { status: "success" as const }
          : asset.agentStatus === "Active"
            ? {}
            : { status: "warning" as const })}
      >
        {asset.connected ? "Connected" : words(asset.agentStatus)}
      </Label>
      {asset.pendingReboot && (
        <Label isCompact variant="outline" status="warning">
          Restart pending
        </Label>
      )}
    </span>
  );
}
