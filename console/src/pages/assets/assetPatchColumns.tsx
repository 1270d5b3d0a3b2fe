import { Button, Label } from "@patternfly/react-core";
import { Link } from "react-router";
import type { AssetPatchRow, FindingStatus } from "../../api/types";
import { Due } from "../../labels/Due";
import { CveCount, DecidedLabels, ObstacleLabel, ReasonLabel, SecurityLabel } from "../../labels/PatchLabels";
import { When } from "../../labels/When";
import type { Column } from "../../table/DataTable";

export function assetPatchColumns(status: FindingStatus, explain: (patchId: string) => void): Column<AssetPatchRow>[] {
  const missing = status === "Missing";
  return [
    {
      key: "title",
      title: "Patch",
      sortable: true,
      cell: (patch) => (
        <>
          <Link to={`/patches/${patch.id}`}>{patch.title}</Link> <DecidedLabels patch={patch} />
          {!patch.isLatest && (
            <Label isCompact variant="outline">
              Superseded
            </Label>
          )}
        </>
      ),
    },
    {
      key: "isSecurity",
      title: "Kind",
      sortable: true,
      cell: (patch) => <SecurityLabel security={patch.isSecurity} />,
    },
    { key: "cves", title: "CVEs", numeric: true, cell: (patch) => <CveCount cves={patch.cves} /> },
    { key: "packages", title: missing ? "Packages, installed → fixed" : "Packages", cell: Versions },
    {
      key: "published",
      title: "Published",
      sortable: true,
      cell: (patch) => <When at={patch.published} none="unknown" />,
    },
    ...(status === "Undetermined"
      ? [
          {
            key: "findingReason",
            title: "Reason",
            cell: (patch: AssetPatchRow) => <ReasonLabel reason={patch.findingReason} />,
          },
        ]
      : []),
    ...(missing
      ? [
          {
            key: "obstacle",
            title: "Obstacle",
            cell: (patch: AssetPatchRow) => <ObstacleLabel obstacle={patch.obstacle} />,
          },
        ]
      : []),
    ...(missing
      ? [
          {
            key: "dueDate",
            title: "Due",
            sortable: true,
            cell: (patch: AssetPatchRow) => <Due finding={patch} />,
          },
        ]
      : []),
    { key: "since", title: "Since", cell: (patch) => <When at={patch.since} /> },
    {
      key: "explain",
      title: "Explain",
      actions: true,
      cell: (patch) => (
        <Button variant="link" isInline aria-label={`Explain ${patch.title}`} onClick={() => explain(patch.id)}>
          Explain
        </Button>
      ),
    },
  ];
}

const shownPackages = 2;

function Versions(patch: AssetPatchRow) {
  const more = patch.packagesHere.length - shownPackages;
  return (
    <ul className="ft-versions">
      {patch.packagesHere.slice(0, shownPackages).map((one) => (
        <li key={`${one.name}:${one.architecture}`}>
          {one.name}{" "}
          <code className="ft-break">
            {patch.status === "Missing" ? `${one.installed} → ${one.fixed}` : one.installed}
          </code>
        </li>
      ))}
      {more > 0 && <li className="ft-quiet">and {more} more</li>}
    </ul>
  );
}
