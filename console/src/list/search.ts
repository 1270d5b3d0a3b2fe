import type { SavedSearch, Search } from "../api/savedSearches";
import type { QueryAddress } from "./useQueryAddress";

type Look = Omit<Search, "name" | "description" | "isShared">;

/** What the list shows now, as it is saved. Orders that are no tokens are the list's own, and not kept. */
export function lookOf(address: QueryAddress, columns: string[], isToken: (name: string) => boolean): Look {
  return {
    ...address.question,
    sort: isToken(address.sort.split(":")[0] ?? "") ? address.sort : "",
    groupBy: address.groupBy.join(","),
    interval: address.groupBy.length > 0 ? address.interval : "",
    columns,
  };
}

/** The list's address for a saved search. */
export const valuesOfSearch = (search: SavedSearch): Record<string, string> => ({
  query: search.query,
  havingQuery: search.havingQuery,
  tz: search.tz,
  sort: search.sort,
  groupBy: search.groupBy,
  interval: search.interval,
  groups: "",
  columns: search.columns.join(","),
  saved: search.id,
});

export const searchOf = ({ name, description, isShared, ...rest }: SavedSearch): Search => ({
  name,
  description,
  isShared,
  query: rest.query,
  havingQuery: rest.havingQuery,
  tz: rest.tz,
  sort: rest.sort,
  groupBy: rest.groupBy,
  interval: rest.interval,
  columns: rest.columns,
});

/** Does the list show something else than what was saved? Columns are looks, and no change of the search. */
export function isChanged(look: Look, saved: SavedSearch): boolean {
  const names = ["query", "havingQuery", "tz", "sort", "groupBy"] as const;
  return names.some((name) => look[name] !== saved[name]) || (look.groupBy !== "" && look.interval !== saved.interval);
}
