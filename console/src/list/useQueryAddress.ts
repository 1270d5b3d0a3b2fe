import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import { timeZone } from "../api/qql";
import type { Question } from "../api/queries";
import { type Interval, intervals } from "../query/terms";
import { withValues } from "../url/listState";
import { type ListAddress, useListState } from "../url/useListState";

// In the order in which they stand in an address.
const names = ["query", "havingQuery", "groupBy", "interval", "groupOrder", "groups", "columns", "tz", "saved"];
export const usualInterval: Interval = "month";
export const groupLimits = [10, 50, 200, 1000];

export type QueryAddress = ListAddress & {
  question: Question;
  /** Up to two tokens; none: rows are shown. */
  groupBy: string[];
  interval: Interval;
  groupOrder: "count" | "value";
  groupLimit: number;
  /** Keys; none: those of the person. */
  columns: string[];
  /** Id of the saved search that was opened. */
  saved: string;
  /** The same place with some values changed, as a link. */
  to: (values: Record<string, string>) => { search: string };
  /** Goes there in the place of the present entry of the history. */
  open: (values: Record<string, string>) => void;
};

/** Reads and writes everything that a list with a query shows, in the address. */
export function useQueryAddress(usualQuery: string): QueryAddress {
  const usual = useMemo(() => ({ query: usualQuery, tz: timeZone() }), [usualQuery]);
  const address = useListState(names, usual);
  const [params, setParams] = useSearchParams();
  const { query = "", havingQuery = "", tz = "", groupBy, interval, groupOrder, groups, columns } = address.filters;
  const to = useCallback(
    (values: Record<string, string>) => ({ search: String(withValues(params, values, usual)) }),
    [params, usual],
  );
  return {
    ...address,
    clear: () => address.set({ query: usualQuery, havingQuery: "" }),
    question: { query, havingQuery, tz },
    groupBy: listed(groupBy).slice(0, 2),
    interval: intervals.find((one) => one === interval) ?? usualInterval,
    groupOrder: groupOrder === "value" ? "value" : "count",
    groupLimit: groupLimits.find((limit) => String(limit) === groups) ?? 10,
    columns: listed(columns),
    saved: address.filters.saved ?? "",
    to,
    open: (values) => setParams((now) => withValues(now, values, usual), { replace: true }),
  };
}

const listed = (text = "") => text.split(",").filter(Boolean);
