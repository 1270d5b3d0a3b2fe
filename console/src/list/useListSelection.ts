import { useState } from "react";
import type { Question } from "../api/queries";
import { type Selection, useSelection } from "../table/useSelection";
import type { Chosen } from "./chosen";

export type ListSelection<Row> = {
  /** For the table. */
  table: Selection<Row>;
  /** `null`: nothing is chosen. */
  chosen: Chosen<Row> | null;
  /** How many could be chosen instead, where all of the page are and there are more. */
  more: number | null;
  chooseEverything: () => void;
  clear: () => void;
};

type List<Row> = { rows: Row[]; total: number; question: Question; rowKey: (row: Row) => string };

/** Ticked rows, kept over pages and queries; or everything that the query finds, until it is another one. */
export function useListSelection<Row>({ rows, total, question, rowKey }: List<Row>): ListSelection<Row> {
  const ticked = useSelection(rowKey);
  const [every, setEvery] = useState<string | null>(null);
  const asked = JSON.stringify(question);
  const isEverything = every === asked && total > 0;
  const clear = () => {
    setEvery(null);
    ticked.clear();
  };
  // Of everything one row is taken away: what stays chosen is the rest of the page.
  const untick = (gone: Row[]) => {
    clear();
    const keys = gone.map(rowKey);
    ticked.setAll(
      rows.filter((row) => !keys.includes(rowKey(row))),
      true,
    );
  };
  const table: Selection<Row> = isEverything
    ? {
        rows,
        has: () => true,
        set: (row, on) => !on && untick([row]),
        setAll: (some, on) => !on && untick(some),
        clear,
      }
    : ticked;
  const isPage = rows.length > 0 && rows.every((row) => ticked.has(rowKey(row)));
  return {
    table,
    chosen: isEverything
      ? { kind: "everything", question, count: total }
      : ticked.rows.length > 0
        ? { kind: "rows", rows: ticked.rows, count: ticked.rows.length }
        : null,
    more: !isEverything && isPage && total > ticked.rows.length ? total : null,
    chooseEverything: () => setEvery(asked),
    clear,
  };
}
