import type { PatchDetails, PatchPackage } from "../../api/types";
import { formatBytes } from "../../format/size";
import { type Column, DataTable } from "../../table/DataTable";

const columns: Column<PatchPackage>[] = [
  { key: "name", title: "Package", cell: (one) => one.name },
  { key: "architecture", title: "Architecture", cell: (one) => one.architecture },
  { key: "fixedVersion", title: "Fixed version", cell: (one) => <code className="ft-break">{one.fixedVersion}</code> },
  { key: "size", title: "Size", numeric: true, cell: (one) => formatBytes(one.sizeBytes) },
  { key: "sha256", title: "SHA-256", cell: (one) => <code className="ft-break">{one.sha256 ?? "unknown"}</code> },
];

export function PackagesTab({ patch }: { patch: PatchDetails }) {
  return (
    <DataTable
      label="Packages"
      columns={columns}
      rows={patch.packages}
      rowKey={(one) => `${one.name}:${one.architecture}`}
    />
  );
}
