import { useState } from "react";

export type Selection<Row> = {
  /** The chosen rows, as they were when chosen. */
  rows: Row[];
  has: (key: string) => boolean;
  set: (row: Row, on: boolean) => void;
  setAll: (rows: Row[], on: boolean) => void;
  clear: () => void;
};

/** Chosen rows, kept over pages and filters. */
export function useSelection<Row>(rowKey: (row: Row) => string, initial: Row[] = []): Selection<Row> {
  const [chosen, setChosen] = useState(() => new Map(initial.map((row) => [rowKey(row), row])));
  const setAll = (rows: Row[], on: boolean) =>
    setChosen((before) => {
      const next = new Map(before);
      for (const row of rows) {
        if (on) next.set(rowKey(row), row);
        else next.delete(rowKey(row));
      }
      return next;
    });
  return {
    rows: [...chosen.values()],
    has: (key) => chosen.has(key),
    set: (row, on) => setAll([row], on),
    setAll,
    clear: () => setChosen(new Map()),
  };
}
