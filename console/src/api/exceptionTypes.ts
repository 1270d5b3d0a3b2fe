// Shapes of exceptions: `/v1/exceptions`.
import type { PatchReference } from "./types";

export type ExceptionState = "Requested" | "Approved" | "Rejected" | "Expired" | "Revoked";
/** Patches that need not be in on some assets until it expires. */
export type ExceptionRow = {
  id: string;
  state: ExceptionState;
  reason: string;
  expiresAt: string;
  /** None where a query finds them. */
  patches: PatchReference[];
  patchQuery: string | null;
  tz: string | null;
  assets: { assetId: string; name: string }[];
  tags: { tagId: string; path: string }[];
  requestedBy: string;
  requestedAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
};
/** Patches by id, or by a query about patches alone; assets by id, and whoever has one of the tags. */
export type ExceptionTargets = {
  patches: string[];
  patchQuery: string | null;
  tz: string | null;
  assets: string[];
  tags: string[];
};
/** How much they cover as of now. */
export type ExceptionReach = { patches: number; assets: number; missingFindings: number };
export type NewException = ExceptionTargets & {
  reason: string;
  expiresAt: string;
  approve: boolean;
};
