import type { Queried } from "../api/queries";
import type { Having } from "../query/QuerySearch";
import type { Column } from "../table/DataTable";

/** Values of a token with their counts, any of which may be chosen. */
export type ValueFacet = { title: string; token: string; words?: Record<string, string> };
/** Terms with their counts, one of which may be chosen: what numbers are narrowed by. */
export type TermFacet = { title: string; terms: { term: string; title: string }[] };
export type Facet = ValueFacet | TermFacet;

/** A list that is asked by queries alone. Everything but the query is known before the page is. */
export type QueriedList<Row> = {
  entity: Queried;
  /** Names the list: `Assets`. */
  title: string;
  description?: string;
  /** One of them, and several, in a sentence. */
  noun: [string, string];
  /** What the list asks while the address says nothing. */
  usualQuery: string;
  example: string;
  having: Having;
  /** Keys are tokens where the column can be sorted by one. */
  columns: Column<Row>[];
  facets: Facet[];
  rowKey: (row: Row) => string;
  rowName: (row: Row) => string;
};
