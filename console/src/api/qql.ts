import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ApiError, request } from "./client";
import { useRead } from "./hooks";

/** What lists with a query are about. */
export type Entity = "asset" | "patch" | "vulnerability" | "deployment" | "audit";
/** A list's text, or the second one about what its things are tied to. */
export type QueryPart = "query" | "havingQuery";
export type QueryTexts = Record<QueryPart, string>;

export type Completion = {
  kind: "token" | "operator" | "keyword" | "value" | "search";
  insert: string;
  label: string;
  count?: number;
  type?: string;
  example?: string;
  help?: string;
};
/** `replace` counts characters from 0. */
export type Completions = { replace: { offset: number; length: number }; items: Completion[] };

export type TokenRow = {
  name: string;
  aliases: string[];
  type: string;
  values: string[] | null;
  ranked: boolean;
  sorting: string;
  grouping: string;
  search: string;
  level: string;
  tie: string | null;
  cardinality: string;
  example: string;
  help: string;
};

export type QueryWarning = { code: string; message: string; offset: number; length: number; help: string };
export type QueryMeaning = { normalized: string; sentence: string; warnings: QueryWarning[] };
export type ExplainedQuery = QueryMeaning & { having: QueryMeaning | null };

/** Of dates that name no zone: the browser's. */
export const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const complete = (entity: Entity, field: QueryPart, text: string, cursor: number) =>
  request<Completions>("POST", "/v1/qql/complete", { body: { entity, field, text, cursor, tz: timeZone() } });

/** The words of the language change with the server alone. */
export const useTokens = (entity: Entity, field: QueryPart) =>
  useRead<{ items: TokenRow[] }>("/v1/qql/tokens", { entity, field }, { staleTime: Number.POSITIVE_INFINITY });

export const useExplained = (entity: Entity, texts: QueryTexts, tz: string) =>
  useQuery<ExplainedQuery, ApiError>({
    queryKey: ["/v1/qql/explain", entity, texts, tz],
    queryFn: () => request("POST", "/v1/qql/explain", { body: { entity, ...texts, tz, counts: false } }),
    enabled: texts.query !== "" || texts.havingQuery !== "",
    placeholderData: keepPreviousData,
  });
