import { useState } from "react";
import type { Column } from "./DataTable";

/** Columns that a person chose for one table; remembered in this browser. */
export function useColumns<Row>(table: string, columns: Column<Row>[]) {
  const storageKey = `fettle.columns.${table}`;
  const [hidden, setHidden] = useState<string[]>(() => stored(storageKey) ?? usual(columns));
  const save = (next: string[]) => {
    setHidden(next);
    localStorage.setItem(storageKey, JSON.stringify(next));
  };
  return {
    visible: columns.filter((column) => column.fixed || column.actions || !hidden.includes(column.key)),
    isVisible: (key: string) => !hidden.includes(key),
    toggle: (key: string) => save(hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key]),
    reset: () => save(usual(columns)),
  };
}

const usual = <Row>(columns: Column<Row>[]) => columns.flatMap((column) => (column.optional ? [column.key] : []));

function stored(storageKey: string): string[] | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "null");
    return Array.isArray(value) ? value.map(String) : null;
  } catch {
    // Not JSON: somebody edited it. The usual columns are the answer.
    return null;
  }
}
