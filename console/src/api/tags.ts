import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ApiError, request } from "./client";
import { useRead, useWrite } from "./hooks";
import type { PinChange, TagBody, TagDetails, TagPreview, TagTree } from "./tagTypes";

const path = "/v1/tags";
/** Lists of assets may ask for tags. */
const touched = [path, "/v1/assets"];

/** Members come and go by themselves. */
export const useTags = () => useRead<TagTree>(path, undefined, { refetchInterval: 10_000 });

export const useTag = (id: string) => useRead<TagDetails>(`${path}/${id}`, undefined, { refetchInterval: 10_000 });

export const useCreateTag = () => useWrite((body: TagBody) => request<TagDetails>("POST", path, { body }), touched);

export const useEditTag = (id: string) =>
  useWrite((body: TagBody) => request<TagDetails>("PUT", `${path}/${id}`, { body }), touched);

export const useDeleteTag = () => useWrite((id: string) => request<void>("DELETE", `${path}/${id}`), touched);

export const usePinAssets = (id: string) =>
  useWrite((body: PinChange) => request<TagDetails>("POST", `${path}/${id}/pins`, { body }), touched);

/** Who would be a member; asked while a rule is written. */
export const useTagPreview = (tag: string | null, draft: TagBody, enabled: boolean) =>
  useQuery<TagPreview, ApiError>({
    queryKey: [`${path}/preview`, tag, draft],
    queryFn: () => request("POST", `${path}/preview`, { body: { tag, draft } }),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: 15_000,
  });

/** The list of assets that have a tag. */
export const membersLink = (id: string) => `/assets?query=${encodeURIComponent(`tags.id:${id}`)}`;
