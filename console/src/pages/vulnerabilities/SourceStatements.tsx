import type { SourceStatement } from "../../api/types";
import { type Column, DataTable } from "../../table/DataTable";

const quiet = <span className="ft-quiet">–</span>;

/** Which no machine tells that it runs. */
const unstable = "debian:sid";

function says({ status, fixedVersion }: SourceStatement) {
  if (status === "Fixed") return `fixed in ${fixedVersion}`;
  if (status === "Open") return "not fixed";
  return status === "NeverAffected" ? "never affected" : "undetermined";
}

const columns: Column<SourceStatement>[] = [
  { key: "product", title: "Release", cell: ({ product }) => (product === unstable ? "Debian unstable" : product) },
  { key: "source", title: "Source", cell: ({ source }) => source },
  { key: "status", title: "Debian says", cell: says },
  { key: "urgency", title: "Urgency", cell: ({ urgency }) => urgency || quiet },
  { key: "affectedCount", title: "Vulnerable assets", cell: ({ affectedCount }) => affectedCount ?? quiet },
  { key: "noAdvisory", title: "No advisory because", cell: ({ noAdvisory }) => noAdvisory ?? quiet },
];

/** Debian's word on each of its releases, with a fix or without. */
export function SourceStatements({ statements }: { statements: SourceStatement[] }) {
  return (
    <DataTable
      label="What Debian says"
      columns={columns}
      rows={statements}
      rowKey={({ product, source }) => `${product} ${source}`}
    />
  );
}
