import { useMemo, useState } from "react";
import type { Column } from "./DataTable";

export type ChosenColumns<Row> = {
  /** In their order; what is fixed stands first. */
  visible: Column<Row>[];
  /** All, in the order in which they are offered: those that are shown first. */
  offered: Column<Row>[];
  isVisible: (key: string) => boolean;
  toggle: (key: string) => void;
  /** Changes places with the shown column before (-1) or behind (1) it. */
  move: (key: string, by: -1 | 1) => void;
  reset: () => void;
};

/**
 * Which columns of a table are shown, and in what order. `asked` comes from the address and wins; else it is what the
 * person chose last in this browser (`owner` tells people apart).
 */
export function useColumns<Row>(
  table: string,
  owner: string,
  columns: Column<Row>[],
  asked: string[],
  onChange: (keys: string[]) => void,
): ChosenColumns<Row> {
  const storageKey = `fettle.columns.${owner}.${table}`;
  const [own, setOwn] = useState(() => stored(storageKey));
  const chosen = asked.length > 0 ? asked : (own ?? usual(columns));
  const known = chosen.filter((key) => columns.some((column) => column.key === key && !isAlways(column)));
  const save = (next: string[] | null) => {
    setOwn(next);
    if (next) localStorage.setItem(storageKey, JSON.stringify(next));
    else localStorage.removeItem(storageKey);
    onChange(next ?? []);
  };
  const shown = known.join(",");
  const visible = useMemo(
    () => [
      ...columns.filter(({ fixed }) => fixed),
      ...find(columns, shown.split(",")),
      ...columns.filter(({ actions, fixed }) => actions && !fixed),
    ],
    [columns, shown],
  );
  return {
    visible,
    offered: [...find(columns, known), ...columns.filter((column) => !isAlways(column) && !known.includes(column.key))],
    isVisible: (key) => known.includes(key),
    toggle: (key) => save(known.includes(key) ? known.filter((one) => one !== key) : [...known, key]),
    move: (key, by) => save(moved(known, key, by)),
    reset: () => save(null),
  };
}

const find = <Row>(columns: Column<Row>[], keys: string[]) =>
  keys.flatMap((key) => columns.find((column) => column.key === key) ?? []);

const isAlways = <Row>(column: Column<Row>) => column.fixed || column.actions;

const usual = <Row>(columns: Column<Row>[]) => columns.flatMap(({ key, optional }) => (optional ? [] : [key]));

export function moved(keys: string[], key: string, by: -1 | 1): string[] {
  const from = keys.indexOf(key);
  const other = keys[from + by];
  if (from < 0 || other === undefined) return keys;
  return keys.map((one, at) => (at === from ? other : at === from + by ? key : one));
}

function stored(storageKey: string): string[] | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "null");
    return Array.isArray(value) ? value.map(String) : null;
  } catch {
    // Not JSON: somebody edited it. The usual columns are the answer.
    return null;
  }
}
