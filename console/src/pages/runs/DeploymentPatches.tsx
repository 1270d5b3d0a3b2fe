import { Title } from "@patternfly/react-core";
import { Link } from "react-router";
import type { DeploymentDetails, DeploymentPatch, PackageMove } from "../../api/types";
import { formatDuration } from "../../format/time";
import { words } from "../../format/words";
import { OutcomeLabel } from "../../labels/PatchLabels";
import { type Column, DataTable } from "../../table/DataTable";

const patchColumns: Column<DeploymentPatch>[] = [
  { key: "title", title: "Patch", cell: (patch) => <Link to={`/patches/${patch.patchId}`}>{patch.title}</Link> },
  { key: "outcome", title: "Outcome", cell: (patch) => <OutcomeLabel outcome={patch.outcome} /> },
  { key: "packages", title: "Packages", cell: (patch) => <Moves packages={patch.packages} /> },
  { key: "said", title: "Said", cell: said },
  {
    key: "took",
    title: "Took",
    numeric: true,
    cell: (patch) => (patch.durationMs === null ? "–" : formatDuration(patch.durationMs)),
  },
];
const moveColumns: Column<PackageMove>[] = [
  { key: "name", title: "Package", cell: (move) => `${move.name}:${move.arch}` },
  { key: "from", title: "From", cell: (move) => <code className="ft-break">{move.from ?? "not installed"}</code> },
  { key: "to", title: "To", cell: (move) => <code className="ft-break">{move.to ?? "removed"}</code> },
];

export function DeploymentPatches({ deployment }: { deployment: DeploymentDetails }) {
  return (
    <>
      <DataTable label="Patches" columns={patchColumns} rows={deployment.patches} rowKey={(patch) => patch.patchId} />
      {deployment.alsoMoved.length > 0 && (
        <>
          <Title headingLevel="h3" size="md" className="ft-subtitle">
            Other packages moved
          </Title>
          <DataTable
            label="Other packages moved"
            columns={moveColumns}
            rows={deployment.alsoMoved}
            rowKey={(move) => `${move.name}:${move.arch}`}
          />
        </>
      )}
    </>
  );
}

function Moves({ packages }: { packages: PackageMove[] }) {
  if (packages.length === 0) return <span className="ft-quiet">–</span>;
  return (
    <ul className="ft-versions">
      {packages.map((one) => (
        <li key={`${one.name}:${one.arch}`}>
          {one.name} <code className="ft-break">{`${one.from ?? "none"} → ${one.to ?? "removed"}`}</code>
        </li>
      ))}
    </ul>
  );
}

function said(patch: DeploymentPatch) {
  const exit = patch.exitCode ? `exit code ${patch.exitCode}` : null;
  const reason = patch.failure ?? patch.skipped;
  return [reason && words(reason), patch.text, exit].filter(Boolean).join("; ") || <span className="ft-quiet">–</span>;
}
