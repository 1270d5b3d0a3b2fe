import { EmptyState, EmptyStateBody, Label, ToolbarItem } from "@patternfly/react-core";
import { useSoftware } from "../../api/assets";
import type { AssetDetails, SoftwareRow } from "../../api/types";
import { ObstacleLabel } from "../../labels/PatchLabels";
import type { Column } from "../../table/DataTable";
import { FacetFilter } from "../../table/FacetFilter";
import { ListTable } from "../../table/ListTable";
import { apiQuery } from "../../url/listState";
import { useListState } from "../../url/useListState";

const kinds = [
  { value: "deb", label: "Packages" },
  { value: "rpm", label: "Packages (rpm)" },
  { value: "msi", label: "Programs" },
  { value: "kb", label: "Updates" },
  { value: "repo", label: "Repositories" },
  { value: "running", label: "Running" },
];
/** `ID` of the os-release of systems whose packages are rpms. */
const rpmSystems = ["almalinux", "centos", "fedora", "ol", "rhel", "rocky"];
const quiet = <span className="ft-quiet">–</span>;
const columns: Column<SoftwareRow>[] = [
  { key: "name", title: "Name", cell: (row) => row.name },
  { key: "version", title: "Version", cell: (row) => <code className="ft-break">{row.version ?? "–"}</code> },
  {
    key: "candidate",
    title: "Offered",
    cell: (row) =>
      row.candidate && row.candidate !== row.version ? (
        <Label isCompact color="blue" variant="outline">
          {row.candidate}
        </Label>
      ) : (
        quiet
      ),
  },
  { key: "obstacle", title: "Obstacle", cell: (row) => <ObstacleLabel obstacle={row.obstacle} /> },
  { key: "architecture", title: "Architecture", cell: (row) => row.architecture ?? quiet },
  {
    key: "source",
    title: "Source",
    cell: (row) => (row.source ? `${row.source} ${row.sourceVersion ?? ""}` : quiet),
  },
];

function usualKind(os: string): string {
  if (os === "windows") return "kb";
  return rpmSystems.includes(os) ? "rpm" : "deb";
}

export function SoftwareTab({ asset }: { asset: AssetDetails }) {
  const address = useListState(["kind"]);
  const kind = address.filters.kind ?? usualKind(asset.facts.os.id);
  const result = useSoftware(asset.id, apiQuery(address, { kind }));
  return (
    <ListTable
      label="Software"
      searchLabel="Search software"
      address={address}
      result={result}
      columns={columns}
      rowKey={(row) => `${row.kind} ${row.name} ${row.architecture} ${row.version}`}
      narrowed={address.search !== ""}
      filters={
        <ToolbarItem>
          <FacetFilter
            label="Kind"
            name="kind"
            value={kind}
            facets={undefined}
            values={kinds}
            onChange={(value) => address.set({ kind: value })}
          />
        </ToolbarItem>
      }
      empty={
        <EmptyState titleText="No software known yet" headingLevel="h2">
          <EmptyStateBody>The inventory arrives with the first scan.</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}
