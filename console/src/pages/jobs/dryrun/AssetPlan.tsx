import { Alert, ExpandableSection, Label, Spinner } from "@patternfly/react-core";
import { useState } from "react";
import type { DryRunAsset, DryRunVerdict, PlannedChange } from "../../../api/types";
import { counted } from "../../../format/count";
import { formatBytes } from "../../../format/size";
import { words } from "../../../format/words";
import { type Column, DataTable } from "../../../table/DataTable";

const changeColumns: Column<PlannedChange>[] = [
  { key: "name", title: "Package", cell: (one) => `${one.name}:${one.arch}` },
  { key: "from", title: "From", cell: (one) => <code className="ft-break">{one.from ?? "not installed"}</code> },
  {
    key: "to",
    title: "To",
    cell: (one) =>
      one.to === null ? (
        <Label isCompact status="warning" variant="outline">
          Removed
        </Label>
      ) : (
        <code className="ft-break">{one.to}</code>
      ),
  },
  { key: "wanted", title: "Why", cell: (one) => (one.wanted ? "chosen" : "moves along") },
];

type Verdict = DryRunAsset["patches"][number];
const looks: Record<DryRunVerdict, "success" | "info" | "danger"> = {
  WouldInstall: "success",
  WouldRollBack: "success",
  Installed: "info",
  NotApplicable: "info",
  WouldFail: "danger",
};
const verdictWords: Record<DryRunVerdict, string> = {
  WouldInstall: "Would be installed",
  WouldRollBack: "Would be uninstalled",
  Installed: "Installed already",
  NotApplicable: "Does not apply",
  WouldFail: "Would fail",
};
const verdictColumns: Column<Verdict>[] = [
  { key: "title", title: "Patch", cell: (one) => one.title },
  {
    key: "verdict",
    title: "Outcome",
    cell: (one) => (
      <Label isCompact variant="outline" status={looks[one.verdict]}>
        {verdictWords[one.verdict]}
      </Label>
    ),
  },
  {
    key: "reason",
    title: "Reason",
    cell: (one) => [one.reason && words(one.reason), one.text].filter(Boolean).join(": ") || "–",
  },
];

export function AssetPlan({ asset, isOpen }: { asset: DryRunAsset; isOpen: boolean }) {
  const [open, setOpen] = useState(isOpen);
  return (
    <ExpandableSection
      isExpanded={open}
      onToggle={(_event, next) => setOpen(next)}
      displaySize="default"
      isIndented
      toggleContent={
        <span className="ft-plan-head">
          <b>{asset.name}</b> {summary(asset)}
        </span>
      }
    >
      {asset.problem && (
        <Alert variant="danger" isInline component="p" title={words(asset.problem.reason)}>
          {asset.problem.text}
        </Alert>
      )}
      {asset.state === "Done" && asset.patches.length > 0 && (
        <DataTable
          label={`Patches on ${asset.name}`}
          columns={verdictColumns}
          rows={asset.patches}
          rowKey={(one) => one.patchId}
        />
      )}
      {asset.changes.length > 0 && (
        <DataTable
          label={`Package changes on ${asset.name}`}
          columns={changeColumns}
          rows={asset.changes}
          rowKey={(one) => `${one.name}:${one.arch}`}
        />
      )}
      {asset.state === "Done" && asset.changes.length === 0 && !asset.problem && <p>No package would change.</p>}
    </ExpandableSection>
  );
}

function summary(asset: DryRunAsset) {
  if (asset.state === "Waiting") return <Spinner size="sm" aria-label="Waiting for the answer" />;
  if (asset.state === "NotConnected") return <span className="ft-quiet">not connected</span>;
  const parts = [
    counted(asset.changes.length, "change"),
    `${formatBytes(asset.downloadBytes)} to download`,
    asset.diskBytes === null
      ? ""
      : `${formatBytes(Math.abs(asset.diskBytes))} ${asset.diskBytes < 0 ? "freed" : "more on disk"}`,
    asset.rebootExpected ? "restart expected" : "",
  ];
  return (
    <>
      <span className="ft-quiet">{parts.filter(Boolean).join(" · ")}</span>
      {(asset.problem || asset.patches.some((one) => one.verdict === "WouldFail")) && (
        <Label isCompact status="danger" variant="outline">
          Problem
        </Label>
      )}
    </>
  );
}
