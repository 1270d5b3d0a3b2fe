import type { VulnerabilityRow } from "../../api/types";
import type { QueriedList } from "../../list/queriedList";
import { vulnerabilityColumns } from "./vulnerabilityColumns";

export const exposed = "affectedAssetCount>0";
export const fixedEverywhere = "affectedAssetCount:0";

export const vulnerabilitiesList: QueriedList<VulnerabilityRow> = {
  entity: "vulnerability",
  title: "Vulnerabilities",
  description: "CVEs that a patch of the catalogue fixes, as far as they are read.",
  noun: ["vulnerability", "vulnerabilities"],
  usualQuery: "",
  example: "cvss>=9 and isKnownExploited:true",
  having: {
    add: "Ask about the assets of the vulnerabilities too",
    remove: "Do not ask about assets",
    label: "Query of the assets that the vulnerabilities are on",
    lead: "on assets",
    example: "osFamily:Debian and lastCheckedIn>=now-7d",
  },
  columns: vulnerabilityColumns,
  facets: [
    { title: "Known exploited", token: "isKnownExploited" },
    { title: "Used by ransomware", token: "isRansomware" },
    {
      title: "CVSS",
      terms: ["9", "7", "4"].map((least) => ({ term: `cvss>=${least}`, title: `${least}.0 or more` })),
    },
    {
      title: "EPSS",
      terms: ["0.5", "0.1", "0.01"].map((least) => ({
        term: `epss>=${least}`,
        title: `${Number(least) * 100} % or more`,
      })),
    },
    {
      title: "Disclosed",
      terms: [
        { term: "publishedDate>=now-30d", title: "In 30 days" },
        { term: "publishedDate>=now-1y", title: "In a year" },
      ],
    },
    { title: "Status", token: "status" },
  ],
  rowKey: ({ cve }) => cve,
  rowName: ({ cve }) => cve,
};
