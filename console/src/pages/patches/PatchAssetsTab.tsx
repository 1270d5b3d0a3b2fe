import { Button, EmptyState, EmptyStateBody, ToolbarGroup, ToolbarItem } from "@patternfly/react-core";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { usePatchAssets } from "../../api/patches";
import type { FindingStatus, PatchAssetRow, PatchDetails } from "../../api/types";
import { counted } from "../../format/count";
import { statusText } from "../../format/words";
import { Due } from "../../labels/Due";
import { ObstacleLabel, ReasonLabel } from "../../labels/PatchLabels";
import { ScanStatusLabel } from "../../labels/ScanStatusLabel";
import { When } from "../../labels/When";
import type { Column } from "../../table/DataTable";
import { ListTable } from "../../table/ListTable";
import { useSelection } from "../../table/useSelection";
import { apiQuery } from "../../url/listState";
import { useListState } from "../../url/useListState";
import { AssetStatusLabels } from "../assets/assetColumns";
import { AddException } from "../exceptions/AddException";
import { useExplain } from "../explain/useExplain";
import { WithExplanation } from "../explain/WithExplanation";
import { jobLink } from "../jobs/jobLink";

const nothing: Record<FindingStatus, { title: string; body: string }> = {
  Missing: { title: "Missing nowhere", body: "No scanned asset is known to lack this patch." },
  Installed: { title: "Installed nowhere", body: "No scanned asset has this patch." },
  Undetermined: {
    title: "It can be told everywhere",
    body: "Of each scanned asset it is known whether it lacks this patch.",
  },
};
const rowKey = (row: PatchAssetRow) => row.asset.id;

function columnsFor(status: FindingStatus, explain: (assetId: string) => void): Column<PatchAssetRow>[] {
  const obstacle = {
    key: "obstacle",
    title: "Obstacle",
    cell: (row: PatchAssetRow) => <ObstacleLabel obstacle={row.obstacle} />,
  };
  const reason = {
    key: "findingReason",
    title: "Reason",
    cell: (row: PatchAssetRow) => <ReasonLabel reason={row.findingReason} />,
  };
  const due = {
    key: "due",
    title: "Due",
    cell: (row: PatchAssetRow) => <Due finding={row} />,
  };
  return [
    { key: "name", title: "Asset", cell: ({ asset }) => <Link to={`/assets/${asset.id}`}>{asset.name}</Link> },
    { key: "os", title: "Operating system", cell: ({ asset }) => asset.operatingSystem },
    { key: "status", title: "Status", cell: ({ asset }) => <AssetStatusLabels asset={asset} /> },
    {
      key: "scan",
      title: "Scan",
      cell: ({ asset }) => <ScanStatusLabel status={asset.scanStatus} reason={asset.scanReason} />,
    },
    { key: "scanned", title: "Scanned", cell: ({ asset }) => <When at={asset.scannedAt} /> },
    ...(status === "Missing" ? [obstacle, due] : []),
    ...(status === "Undetermined" ? [reason] : []),
    {
      key: "since",
      title: status === "Undetermined" ? "So since" : `${status} since`,
      cell: (row) => <When at={row.since} />,
    },
    {
      key: "explain",
      title: "Explain",
      actions: true,
      cell: ({ asset }) => (
        <Button variant="link" isInline aria-label={`Explain for ${asset.name}`} onClick={() => explain(asset.id)}>
          Explain
        </Button>
      ),
    },
  ];
}

export function PatchAssetsTab({ patch, status }: { patch: PatchDetails; status: FindingStatus }) {
  const navigate = useNavigate();
  const address = useListState([]);
  const result = usePatchAssets(patch.id, apiQuery(address, { status }));
  const selection = useSelection(rowKey);
  const explain = useExplain();
  const [excepting, setExcepting] = useState(false);
  const assets = selection.rows.map(rowKey);
  const work = status === "Missing" ? "Install" : "Rollback";
  return (
    <WithExplanation assetId={explain.id} patchId={patch.id} onClose={explain.close}>
      <ListTable
        label={`Assets, ${statusText(status).toLowerCase()}`}
        searchLabel="Search assets"
        address={address}
        result={result}
        columns={columnsFor(status, explain.open)}
        rowKey={rowKey}
        rowName={(row) => row.asset.name}
        {...(status === "Undetermined" ? {} : { selection })}
        actions={
          assets.length > 0 && (
            <ToolbarGroup variant="action-group">
              <ToolbarItem>
                <Button onClick={() => navigate(jobLink({ work, assets, patches: [patch.id] }))}>
                  {work === "Install" ? "Deploy to" : "Uninstall from"} {counted(assets.length, "asset")}…
                </Button>
              </ToolbarItem>
              {work === "Install" && (
                <ToolbarItem>
                  <Button variant="secondary" onClick={() => setExcepting(true)}>
                    Exception…
                  </Button>
                </ToolbarItem>
              )}
            </ToolbarGroup>
          )
        }
        empty={
          <EmptyState titleText={nothing[status].title} headingLevel="h2">
            <EmptyStateBody>{nothing[status].body}</EmptyStateBody>
          </EmptyState>
        }
      />
      {excepting && (
        <AddException
          patches={[patch.id]}
          assets={assets}
          onClose={() => {
            setExcepting(false);
            selection.clear();
          }}
        />
      )}
    </WithExplanation>
  );
}
