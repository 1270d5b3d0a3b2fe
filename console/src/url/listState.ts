import type { Query } from "../api/client";

/** What a list's address holds. Names and meaning are those of the API, so the address is the question. */
export type ListState = {
  search: string;
  /** Column name, with `-` in front for descending; empty for the list's own order. */
  sort: string;
  limit: number;
  /** Cursor of the page; empty for the first. */
  after: string;
  /** Number of the page, from 1, for display only: the cursor decides. */
  page: number;
  filters: Record<string, string>;
};

export const defaultLimit = 50;
export const limits = [20, 50, 100, 200];

/** What a filter is where the address does not name it. */
export type Usual = Record<string, string>;

export function parseListState(params: URLSearchParams, filterNames: readonly string[], usual: Usual = {}): ListState {
  const limit = Number(params.get("limit"));
  const page = Number(params.get("page"));
  const after = params.get("after") ?? "";
  return {
    search: params.get("search") ?? "",
    sort: params.get("sort") ?? "",
    limit: limits.includes(limit) ? limit : defaultLimit,
    after,
    page: after && Number.isInteger(page) && page > 1 ? page : 1,
    filters: Object.fromEntries(
      filterNames.flatMap((name) => {
        const value = params.get(name) ?? usual[name];
        return value ? [[name, value]] : [];
      }),
    ),
  };
}

/** The API's query for a state. `fixed` comes from the page itself and wins. */
export function apiQuery(state: ListState, fixed: Query = {}): Query {
  const { search, sort, limit, after, filters } = state;
  return { search, sort, limit, after, ...filters, ...fixed };
}

/** A sort of the address (`-time`) as lists with a query language take it (`time:desc`). */
export const querySort = (sort: string): string => (sort.startsWith("-") ? `${sort.slice(1)}:desc` : sort);

/** The other way round; of several keys the first. */
export function columnSort(sort: string): string {
  const [name = "", direction] = (sort.split(",")[0] ?? "").trim().split(":");
  return direction === "desc" ? `-${name}` : name;
}

/**
 * The address with some values changed; any such change goes back to the first page. What is usual is not named; empty
 * values are named only where another is usual.
 */
export function withValues(
  params: URLSearchParams,
  values: Record<string, string>,
  usual: Usual = {},
): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete("after");
  next.delete("page");
  for (const [name, value] of Object.entries(values)) {
    if (value === (usual[name] ?? "")) next.delete(name);
    else next.set(name, value);
  }
  return next;
}

export function withPage(params: URLSearchParams, after: string, page: number): URLSearchParams {
  return withValues(params, after ? { after, page: String(page) } : {});
}

export const isFiltered = (state: ListState): boolean => state.search !== "" || Object.keys(state.filters).length > 0;
