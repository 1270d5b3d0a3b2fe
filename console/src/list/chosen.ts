import type { Question } from "../api/queries";

/** What is done to: rows that were ticked, or all that a query finds. */
export type Chosen<Row> =
  | { kind: "rows"; rows: Row[]; count: number }
  | { kind: "everything"; question: Question; count: number };
