import { useQuery } from "@tanstack/react-query";
import { type ApiError, type Query, queryText, request } from "./client";
import { useList } from "./hooks";
import type { QueryTexts } from "./qql";

/** What is listed by a query alone: order, groups and export take tokens of the language. */
export type Queried = "asset" | "patch" | "vulnerability";
export const queryPaths: Record<Queried, string> = {
  asset: "/v1/query/assets",
  patch: "/v1/query/patches",
  vulnerability: "/v1/query/vulnerabilities",
};

/** Both texts, and the zone of dates that name none. */
export type Question = QueryTexts & { tz: string };
export type GroupRow = { values: (string | number | boolean | null)[]; count: number };
export type Found<Row> = {
  items: Row[];
  total: number;
  totalIsAll: boolean;
  next: string | null;
  /** With `groupBy`. */
  groups: GroupRow[] | null;
  /** In groups that are not told, where there are some. */
  other: number | null;
  asOf: string;
};

export const useFound = <Row>(entity: Queried, query: Query, enabled = true) =>
  useList<Found<Row>>(queryPaths[entity], query, { enabled });

/** Groups that change with the query beside them; counts of before stay until the new ones are there. */
export const useGroups = (entity: Queried, query: Query, enabled = true) =>
  useList<Found<never>>(queryPaths[entity], query, { enabled, refetchInterval: 60_000 });

/** How many each of the queries finds. */
export const useCounts = (entity: Queried, asked: Question, queries: string[], enabled: boolean) =>
  useQuery<number[], ApiError>({
    queryKey: [queryPaths[entity], "counts", asked, queries],
    queryFn: ({ signal }) => Promise.all(queries.map((query) => count(entity, { ...asked, query }, signal))),
    enabled,
    placeholderData: (before) => before,
    refetchInterval: 60_000,
  });

const count = async (entity: Queried, asked: Question, signal: AbortSignal) =>
  (await request<Found<never>>("GET", queryPaths[entity], { query: { ...asked, count: "true" }, signal })).total;

/** The most rows that one answer holds. */
const most = 1000;

/** All that a query finds, in its own order; as far as `limit`, and how many there are. */
export async function everything<Row>(
  entity: Queried,
  asked: Question,
  limit: number,
): Promise<{ rows: Row[]; total: number }> {
  const rows: Row[] = [];
  let after: string | null = "";
  let total = 0;
  while (after !== null && rows.length < limit) {
    const page: Found<Row> = await request("GET", queryPaths[entity], {
      query: { ...asked, after, limit: Math.min(most, limit - rows.length) },
    });
    rows.push(...page.items);
    total = page.total;
    after = page.next;
  }
  return { rows, total };
}

export const exportFormats = ["csv", "json", "xlsx"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Where all rows of a query are fetched as a file. */
export const exportPath = (entity: Queried, format: ExportFormat, query: Query) =>
  `${queryPaths[entity]}/export${queryText({ format, ...query })}`;
