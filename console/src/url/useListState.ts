import { useCallback } from "react";
import { useLocation, useSearchParams } from "react-router";
import { type ListState, parseListState, type Usual, withPage, withValues } from "./listState";

export type ListAddress = ListState & {
  /** Changes filters, search, sort or page size; the list goes back to its first page. */
  set: (values: Record<string, string>) => void;
  goNext: (cursor: string) => void;
  goPrevious: () => void;
  clear: () => void;
};

/**
 * Reads and writes a list's state in the address. Cursors only lead forward, so the cursors of the pages before are
 * kept beside the address in the history entry; a shared link to page 3 therefore goes "previous" to the first page.
 */
export function useListState(filterNames: readonly string[], usual?: Usual): ListAddress {
  const [params, setParams] = useSearchParams();
  const location = useLocation();
  const passed: string[] = (location.state as { cursors?: string[] } | null)?.cursors ?? [];
  const state = parseListState(params, filterNames, usual);

  const set = useCallback(
    (values: Record<string, string>) =>
      // Typing in the search box must not fill the history with every letter, nor choosing columns with every tick.
      setParams((now) => withValues(now, values, usual), { replace: "search" in values || "columns" in values }),
    [setParams, usual],
  );
  const goNext = (cursor: string) =>
    setParams((now) => withPage(now, cursor, state.page + 1), { state: { cursors: [...passed, state.after] } });
  const goPrevious = () => {
    const cursor = passed.at(-1) ?? "";
    setParams((now) => withPage(now, cursor, state.page - 1), { state: { cursors: passed.slice(0, -1) } });
  };
  const clear = () =>
    setParams((now) => withValues(now, Object.fromEntries(["search", ...filterNames].map((name) => [name, ""]))));

  return { ...state, set, goNext, goPrevious, clear };
}
