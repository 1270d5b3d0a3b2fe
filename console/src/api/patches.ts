import type { Query } from "./client";
import { useList, useRead } from "./hooks";
import type { Page, PatchAssetRow, PatchDetails, PatchRow } from "./types";

export const usePatches = (query: Query) => useList<Page<PatchRow>>("/v1/patches", query);

export const usePatch = (id: string) => useRead<PatchDetails>(`/v1/patches/${id}`);

export const usePatchAssets = (id: string, query: Query) =>
  useList<Page<PatchAssetRow>>(`/v1/patches/${id}/assets`, query);
