// Shapes of vendors' files and feeds: `/v1/catalogue`.

/** Things of several reasons, and the first of them with their places. */
export type Tally = {
  total: number;
  reasons: { reason: string; count: number }[];
  examples: { place: string; reason: string; detail: string }[];
};
export type ImportReport = {
  /** Records by their noun in the plural. */
  read: Record<string, number>;
  signature: string | null;
  dropped: Tally;
  unresolved: Tally;
  warnings: Tally;
};
export type CatalogueChanges = {
  added: number;
  changed: number;
  unchanged: number;
  joined: number;
  withdrawn: number;
};
export type FeedStatus = "Off" | "NotNeeded" | "Waiting" | "Syncing" | "Good" | "Failing" | "Stale";
export type FeedRow = {
  name: string;
  status: FeedStatus;
  address: string | null;
  askedAt: string | null;
  goodAt: string | null;
  changedAt: string | null;
  nextAt: string | null;
  error: string | null;
  bytes: number | null;
  bytesOf: number | null;
  records: number | null;
  recordsOf: number | null;
};
export type ImportedDocument = {
  id: string;
  feed: string;
  fileName: string | null;
  sha256: string;
  bytes: number;
  importedAt: string;
  importedBy: string;
  report: ImportReport;
  changes: CatalogueChanges;
};
export type ImportAnswer = {
  outcome: "Read" | "Imported" | "AlreadyImported";
  format: string;
  canBeStored: boolean;
  sha256: string;
  bytes: number;
  report: ImportReport;
  changes: CatalogueChanges | null;
  document: string | null;
};
