import type { Interval, TermValue } from "../query/terms";

/** A group's value as people read it. */
export function shownValue(value: TermValue, kind: string, interval?: Interval): string {
  if (value === null) return "No value";
  if (kind === "bool") return value === "true" ? "Yes" : "No";
  if (kind === "date" && interval) return shownDate(value, interval);
  return value;
}

function shownDate(firstDay: string, interval: Interval): string {
  const [year = "", month = "1"] = firstDay.split("-");
  switch (interval) {
    case "day":
      return firstDay;
    case "week":
      return `Week of ${firstDay}`;
    case "month":
      return `${year}-${month}`;
    case "quarter":
      return `${year}, quarter ${Math.ceil(Number(month) / 3)}`;
    case "year":
      return year;
  }
}
