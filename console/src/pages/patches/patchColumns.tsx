import { Link } from "react-router";
import type { PatchRow } from "../../api/types";
import { formatCount } from "../../format/count";
import { formatBytes } from "../../format/size";
import { rebootText } from "../../format/words";
import { CveCount, DecidedLabels, SecurityLabel, SeverityLabel } from "../../labels/PatchLabels";
import { When } from "../../labels/When";
import type { Column } from "../../table/DataTable";
import { productText } from "./productText";

export const patchColumns: Column<PatchRow>[] = [
  {
    key: "title",
    title: "Title",
    sortable: true,
    fixed: true,
    cell: (patch) => (
      <>
        <Link to={`/patches/${patch.id}`}>{patch.title}</Link> <DecidedLabels patch={patch} />
        {patch.kb && <div className="ft-quiet">{productText(patch)}</div>}
      </>
    ),
  },
  { key: "isSecurity", title: "Kind", cell: (patch) => <SecurityLabel security={patch.isSecurity} /> },
  {
    key: "vendorSeverity",
    title: "Severity",
    field: "severity",
    sortable: true,
    cell: (patch) => <SeverityLabel severity={patch.severity} derived={patch.isSeverityDerived} />,
  },
  {
    key: "urgency",
    title: "Urgency",
    optional: true,
    cell: (patch) => patch.urgency ?? <span className="ft-quiet">–</span>,
  },
  { key: "cves", title: "CVEs", numeric: true, cell: (patch) => <CveCount cves={patch.cves} /> },
  { key: "repository", title: "Repository", optional: true, cell: (patch) => patch.repository },
  { key: "vendor", title: "Vendor", sortable: true, optional: true, cell: (patch) => patch.vendor },
  { key: "category", title: "Category", sortable: true, optional: true, cell: (patch) => patch.category },
  {
    key: "advisory",
    title: "Advisory",
    sortable: true,
    optional: true,
    cell: (patch) => patch.advisory ?? <span className="ft-quiet">–</span>,
  },
  { key: "product", title: "Product", optional: true, cell: (patch) => productText(patch) },
  {
    key: "publishedDate",
    title: "Published",
    field: "published",
    sortable: true,
    cell: (patch) => <When at={patch.published} none="unknown" />,
  },
  {
    key: "missingCount",
    title: "Missing",
    sortable: true,
    numeric: true,
    cell: (patch) =>
      patch.missingCount ? <Link to={`/patches/${patch.id}/missing`}>{formatCount(patch.missingCount)}</Link> : 0,
  },
  {
    key: "overdueCount",
    title: "Overdue",
    numeric: true,
    cell: (patch) =>
      patch.overdueCount ? <Link to={`/patches/${patch.id}/missing`}>{formatCount(patch.overdueCount)}</Link> : 0,
  },
  {
    key: "installedCount",
    title: "Installed",
    sortable: true,
    numeric: true,
    cell: (patch) =>
      patch.installedCount ? <Link to={`/patches/${patch.id}/installed`}>{formatCount(patch.installedCount)}</Link> : 0,
  },
  {
    key: "undeterminedCount",
    title: "Cannot tell",
    numeric: true,
    optional: true,
    cell: (patch) =>
      patch.undeterminedCount ? (
        <Link to={`/patches/${patch.id}/undetermined`}>{formatCount(patch.undeterminedCount)}</Link>
      ) : (
        0
      ),
  },
  {
    key: "sizeBytes",
    title: "Size",
    sortable: true,
    numeric: true,
    optional: true,
    cell: (patch) => formatBytes(patch.sizeBytes),
  },
  { key: "reboot", title: "Restart", cell: (patch) => rebootText(patch.reboot) },
];
