import { type Query, request } from "./client";
import { useList, useRead, useWrite } from "./hooks";
import type { FeedRow, ImportAnswer, ImportedDocument, Items, Page } from "./types";

// What a list says changes patches, vulnerabilities and the findings of assets.
const touched = ["/v1/catalogue", "/v1/patches", "/v1/vulnerabilities", "/v1/assets", "/v1/query/", "/v1/overview"];

export const useDocuments = (query: Query) => useList<Page<ImportedDocument>>("/v1/catalogue/documents", query);

const send = (file: File, dryRun: "yes" | "no") =>
  request<ImportAnswer>("POST", "/v1/catalogue/imports", { query: { fileName: file.name, dryRun }, body: file });

export const useTryImport = () => useWrite((file: File) => send(file, "yes"), []);
export const useImport = () => useWrite((file: File) => send(file, "no"), touched);

export const useFeeds = () =>
  useRead<Items<FeedRow>>("/v1/catalogue/feeds", undefined, {
    refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => status === "Syncing") ? 1_000 : 10_000),
  });
export const useSyncFeed = () =>
  useWrite((name: string) => request<FeedRow>("POST", `/v1/catalogue/feeds/${name}/sync`, { body: {} }), touched);
