import { type Query, request } from "./client";
import { useList, useRead, useWrite } from "./hooks";
import type { Page, PatchAssetRow, PatchDecision, PatchDetails } from "./types";

export const usePatch = (id: string) => useRead<PatchDetails>(`/v1/patches/${id}`);

export const usePatchAssets = (id: string, query: Query) =>
  useList<Page<PatchAssetRow>>(`/v1/patches/${id}/assets`, query);

/** Hides, shows, disables or enables patches: lists, counts and findings change with it. */
export const useDecidePatches = () =>
  useWrite(
    (body: PatchDecision) => request<{ changed: number }>("PATCH", "/v1/patches", { body }),
    ["/v1/patches", "/v1/assets", "/v1/query/", "/v1/overview"],
  );
