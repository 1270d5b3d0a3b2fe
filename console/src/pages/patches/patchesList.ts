import type { PatchRow } from "../../api/types";
import type { QueriedList } from "../../list/queriedList";
import { patchColumns } from "./patchColumns";

/** Neither replaced nor hidden: what everybody means by "the patches". */
export const current = "isSuperseded:false and isHidden:false";

/** Missing somewhere. */
export const missing = `patchStatus:Missing and ${current}`;

export const patchesList: QueriedList<PatchRow> = {
  entity: "patch",
  title: "Patches",
  noun: ["patch", "patches"],
  usualQuery: `patchStatus:[Missing,Installed] and ${current}`,
  example: "vendorSeverity:Critical and publishedDate>=now-30d",
  having: {
    add: "Ask about the assets of the patches too",
    remove: "Do not ask about assets",
    label: "Query of the assets that have or lack the patches",
    lead: "on assets",
    example: "osFamily:Debian and patchStatus:Missing",
  },
  columns: patchColumns,
  facets: [
    { title: "Severity", token: "vendorSeverity" },
    { title: "Security", token: "isSecurity" },
    { title: "Known exploited", token: "isKnownExploited" },
    { title: "Overdue", token: "isOverdue" },
    { title: "Vendor", token: "vendor" },
    { title: "Category", token: "category" },
    { title: "Release", token: "osRelease" },
    { title: "Restart", token: "reboot" },
    { title: "Superseded", token: "isSuperseded" },
    { title: "Hidden", token: "isHidden" },
    { title: "Deployable", token: "enabled" },
    { title: "Withdrawn", token: "deleted" },
  ],
  rowKey: ({ id }) => id,
  rowName: ({ title }) => title,
};
