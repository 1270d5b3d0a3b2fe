import { ToolbarItem } from "@patternfly/react-core";
import { type TokenRow, useTokens } from "../api/qql";
import type { Queried } from "../api/queries";
import { type Interval, intervals } from "../query/terms";
import { ChooseOne } from "./ChooseOne";
import { type QueryAddress, usualInterval } from "./useQueryAddress";

/** By what the list is grouped: one token or two, and of dates the unit. */
export function GroupBy({ entity, address }: { entity: Queried; address: QueryAddress }) {
  const { data } = useTokens(entity, "query");
  const tokens = data?.items.filter(({ grouping }) => grouping !== "notGroupable") ?? [];
  const [first = "", second = ""] = address.groupBy;
  const set = (...groupBy: string[]) => address.set({ groupBy: groupBy.filter(Boolean).join(","), groups: "" });
  const offered = (without: string) => [
    { value: "", title: "Nothing" },
    ...tokens.filter(({ name }) => name !== without).map(({ name, help }) => ({ value: name, title: name, help })),
  ];
  return (
    <>
      <ToolbarItem>
        <ChooseOne
          label="Group by"
          value={first}
          options={offered(second)}
          onChange={(token) => (token ? set(token, second) : set())}
        />
      </ToolbarItem>
      {first && (
        <ToolbarItem>
          <ChooseOne label="Then by" value={second} options={offered(first)} onChange={(token) => set(first, token)} />
        </ToolbarItem>
      )}
      {hasDate(tokens, address.groupBy) && (
        <ToolbarItem>
          <ChooseOne<Interval>
            label="Dates by"
            value={address.interval}
            options={intervals.map((interval) => ({ value: interval, title: interval }))}
            onChange={(interval) => address.set({ interval: interval === usualInterval ? "" : interval })}
          />
        </ToolbarItem>
      )}
    </>
  );
}

const hasDate = (tokens: TokenRow[], names: string[]) =>
  tokens.some(({ name, type }) => type === "date" && names.includes(name));
