import type { Query } from "./client";
import { useList, useRead } from "./hooks";
import type { Page, VulnerabilityDetails, VulnerabilityRow } from "./types";

export const useVulnerabilities = (query: Query, enabled = true) =>
  useList<Page<VulnerabilityRow>>("/v1/vulnerabilities", query, { enabled });

export const useVulnerability = (cve: string) =>
  useRead<VulnerabilityDetails>(`/v1/vulnerabilities/${encodeURIComponent(cve)}`);
