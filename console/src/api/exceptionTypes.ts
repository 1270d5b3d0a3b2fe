// Shapes of exceptions: `/v1/exceptions`.
import type { PatchReference } from "./types";

export type ExceptionState = "Requested" | "Approved" | "Rejected" | "Expired" | "Revoked";
/** Patches that need not be in on some assets until it expires. */
export type ExceptionRow = {
  id: string;
  state: ExceptionState;
  reason: string;
  expiresAt: string;
  patches: PatchReference[];
  assets: { assetId: string; name: string }[];
  requestedBy: string;
  requestedAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
};
export type NewException = {
  patches: string[];
  assets: string[];
  reason: string;
  expiresAt: string;
  approve: boolean;
};
