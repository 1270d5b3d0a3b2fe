import {
  Button,
  Content,
  EmptyState,
  EmptyStateBody,
  Switch,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { counted } from "../../../format/count";
import { CveCount, ObstacleLabel, SecurityLabel } from "../../../labels/PatchLabels";
import { Failure } from "../../../shell/Failure";
import { type Column, DataTable } from "../../../table/DataTable";
import { SearchBox } from "../../../table/SearchBox";
import type { Selection } from "../../../table/useSelection";
import type { ChosenPatch, Draft } from "./draft";
import { type FoundPatch, patchesOn } from "./resolveStart";

const rowKey = (patch: FoundPatch) => patch.id;
const columnsFor = (assets: number): Column<FoundPatch>[] => [
  { key: "title", title: "Patch", cell: (patch) => patch.title },
  { key: "kind", title: "Kind", cell: (patch) => <SecurityLabel security={patch.isSecurity} /> },
  { key: "cves", title: "CVEs", numeric: true, cell: (patch) => <CveCount cves={patch.cves} /> },
  { key: "on", title: "Assets", numeric: true, cell: (patch) => `${patch.on} of ${assets}` },
  { key: "obstacle", title: "Obstacle", cell: (patch) => <ObstacleLabel obstacle={patch.obstacles[0] ?? null} /> },
];

type Props = { draft: Draft; onChange: (patches: ChosenPatch[]) => void };

/** The patches that are missing (or installed, to uninstall) on the chosen assets. */
export function PatchesStep({ draft, onChange }: Props) {
  const [search, setSearch] = useState("");
  const [security, setSecurity] = useState(false);
  const status = draft.work === "Install" ? "Missing" : "Installed";
  const assetIds = draft.assets.map(({ id }) => id);
  const { data, error, refetch } = useQuery({
    queryKey: ["patches-on", status, assetIds],
    queryFn: () => patchesOn(assetIds, status),
  });
  const wanted = search.toLowerCase();
  const rows = data?.filter(
    (patch) => patch.isLatest && (!security || patch.isSecurity) && patch.title.toLowerCase().includes(wanted),
  );
  if (error && !data) return <Failure error={error} retry={refetch} />;
  return (
    <>
      <Content component="p">
        {counted(draft.patches.length, "patch", "patches")} chosen of {data?.length ?? "…"} {status.toLowerCase()} on{" "}
        {counted(assetIds.length, "asset")}.
      </Content>
      <Toolbar className="ft-toolbar" colorVariant="no-background">
        <ToolbarContent>
          <ToolbarItem className="ft-search">
            <SearchBox label="Search patches" value={search} onSearch={setSearch} />
          </ToolbarItem>
          <ToolbarItem className="ft-switch">
            <Switch label="Security only" isChecked={security} onChange={(_event, on) => setSecurity(on)} />
          </ToolbarItem>
          <ToolbarItem>
            <Button variant="link" isDisabled={draft.patches.length === 0} onClick={() => onChange([])}>
              Clear selection
            </Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {rows?.length === 0 ? (
        <EmptyState titleText="No patches" headingLevel="h2" variant="sm">
          <EmptyStateBody>
            {data?.length ? "None fits the search." : `Nothing is ${status.toLowerCase()} on the chosen assets.`}
          </EmptyStateBody>
        </EmptyState>
      ) : (
        <DataTable
          label="Patches to choose"
          columns={columnsFor(assetIds.length)}
          rows={rows}
          rowKey={rowKey}
          rowName={(patch) => patch.title}
          selection={selectionOf(draft.patches, onChange)}
        />
      )}
    </>
  );
}

function selectionOf(chosen: ChosenPatch[], onChange: Props["onChange"]): Selection<FoundPatch> {
  const ids = new Set(chosen.map(({ id }) => id));
  const setAll = (rows: FoundPatch[], on: boolean) => {
    const others = chosen.filter(({ id }) => !rows.some((row) => row.id === id));
    onChange(on ? [...others, ...rows.map(({ id, title }) => ({ id, title }))] : others);
  };
  return {
    rows: [],
    has: (key) => ids.has(key),
    set: (row, on) => setAll([row], on),
    setAll,
    clear: () => onChange([]),
  };
}
