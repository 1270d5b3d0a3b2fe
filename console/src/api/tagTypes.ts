// Shapes of tags and collections: `/v1/tags`.
import type { QueryWarning } from "./qql";

export type TagRow = {
  id: string;
  name: string;
  /** Names from the root: `Rings/Ring 1`. */
  path: string;
  /** Tags above it. */
  depth: number;
  description: string;
  parent: string | null;
  /** Null: assets get it by hand. */
  rule: string | null;
  tz: string | null;
  memberCount: number;
  pinnedInCount: number;
  pinnedOutCount: number;
  isBroken: boolean;
  isReadyMade: boolean;
  revision: number;
  createdBy: string;
  createdAt: string;
  changedBy: string;
  changedAt: string;
};
export type TagName = { id: string; path: string };
export type MemberRow = { id: string; name: string; operatingSystem: string };
export type PinRow = { asset: MemberRow; reason: string; pinnedBy: string; pinnedAt: string };
export type TagDetails = TagRow & { pinnedIn: PinRow[]; pinnedOut: PinRow[]; usedBy: TagName[] };
export type TagTree = { items: TagRow[]; total: number };

/** Pins that are left out stay as they are. */
export type TagBody = {
  name: string;
  description: string;
  parent: string | null;
  rule: string | null;
  tz: string | null;
  revision?: number;
  /** How many members join and leave, where they are many. */
  confirm?: number;
};
export type TagPreview = {
  before: number;
  members: number;
  joining: number;
  leaving: number;
  firstMembers: MemberRow[];
  firstJoining: MemberRow[];
  firstLeaving: MemberRow[];
  warnings: QueryWarning[];
  usedBy: TagName[];
  needsConfirm: boolean;
};
/** Null: as the rule says, or off a tag without one. */
export type PinChange = { assets: string[]; pin: "In" | "Out" | null; reason: string };
