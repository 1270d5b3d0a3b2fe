/** What a query found. */
export type Found<T> = {
  items: T[];
  total: number;
  /** False: there are more than `total`, which is as far as was counted. */
  totalIsAll: boolean;
  next: string | null;
  groups: { values: unknown[]; count: number }[] | null;
  other: number | null;
  asOf: string;
};

export type AuditOutcome = "Success" | "Refused" | "Failed";
export type AuditRow = {
  /** Null for a second, until the record is chained. */
  seq: number | null;
  time: string;
  actor: string;
  actorKind: "user" | "token" | "system" | "agent";
  source: string;
  ip: string | null;
  requestId: string | null;
  action: string;
  objectType: string;
  objectId: string | null;
  objectName: string | null;
  outcome: AuditOutcome;
  details: Record<string, unknown>;
  prevHash: string | null;
  hash: string | null;
};
