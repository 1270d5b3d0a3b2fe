import type { AuditRow, Found } from "./auditTypes";
import type { Query } from "./client";
import { useList } from "./hooks";

export const useAudit = (query: Query) => useList<Found<AuditRow>>("/v1/audit", query);
