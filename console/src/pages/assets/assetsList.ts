import type { AssetRow } from "../../api/types";
import type { QueriedList } from "../../list/queriedList";
import { assetColumns } from "./assetColumns";

export const assetsList: QueriedList<AssetRow> = {
  entity: "asset",
  title: "Assets",
  noun: ["asset", "assets"],
  usualQuery: "",
  example: "osFamily:Debian and lastCheckedIn>=now-7d",
  having: {
    add: "Ask about the patches of the assets too",
    remove: "Do not ask about patches",
    label: "Query of the patches that the assets have or lack",
    lead: "with patches",
    example: "patchStatus:Missing and vendorSeverity:Critical",
  },
  columns: assetColumns,
  facets: [
    {
      title: "Patches",
      terms: [
        { term: "missingPatchCount>0", title: "Missing" },
        { term: "missingSecurityPatchCount>0", title: "Security missing" },
        { term: "overdueFindingCount>0", title: "Overdue" },
        { term: "undeterminedPatchCount>0", title: "Cannot tell" },
      ],
    },
    { title: "Family", token: "osFamily" },
    { title: "Operating system", token: "operatingSystem" },
    { title: "Platform", token: "platform" },
    { title: "Scan", token: "scanStatus" },
    { title: "Tags", token: "tags.name" },
    { title: "Agent", token: "agentStatus" },
    { title: "Restart pending", token: "pendingReboot" },
    { title: "Own checks", token: "selfCheck" },
  ],
  rowKey: ({ id }) => id,
  rowName: ({ name }) => name,
};
