import { request } from "./client";
import { useRead, useWrite } from "./hooks";
import type { Queried } from "./queries";
import type { Items } from "./types";

/** What is kept of a list: what it asks, and how it looks. */
export type Search = {
  name: string;
  description: string;
  query: string;
  havingQuery: string;
  tz: string;
  sort: string;
  groupBy: string;
  interval: string;
  columns: string[];
  isShared: boolean;
};
export type SavedSearch = Search & {
  id: string;
  entity: string;
  /** User name. */
  owner: string;
  isMine: boolean;
  /** The list opens with it. */
  isDefault: boolean;
  /** Why it does not hold any more. */
  problem: string | null;
  createdAt: string;
  changedAt: string;
};

const path = "/v1/saved-searches";

export const useSavedSearches = (entity: Queried) => useRead<Items<SavedSearch>>(path, { entity });

/** Keeps a search as a new one, and opens the list with it if asked. */
export const useSaveSearch = () =>
  useWrite(
    async ({ entity, search, isDefault }: { entity: Queried; search: Search; isDefault: boolean }) => {
      const saved = await request<SavedSearch>("POST", path, { body: { entity, search } });
      if (isDefault) await request("PUT", `${path}/${saved.id}/default`, { body: {} });
      return saved;
    },
    [path],
  );

export const useReplaceSearch = () =>
  useWrite(
    async ({ id, search, isDefault }: { id: string; search: Search; isDefault: boolean }) => {
      const saved = await request<SavedSearch>("PUT", `${path}/${id}`, { body: search });
      if (saved.isDefault !== isDefault) await setDefault(id, isDefault);
      return saved;
    },
    [path],
  );

export const useDeleteSearch = () => useWrite((id: string) => request<void>("DELETE", `${path}/${id}`), [path]);

export const useSetDefault = () =>
  useWrite(({ id, isDefault }: { id: string; isDefault: boolean }) => setDefault(id, isDefault), [path]);

const setDefault = (id: string, isDefault: boolean) =>
  request<void>(isDefault ? "PUT" : "DELETE", `${path}/${id}/default`, isDefault ? { body: {} } : {});
