import { Button, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { InnerScrollContainer, Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { Link } from "react-router";
import type { ApiError } from "../api/client";
import { type TokenRow, useTokens } from "../api/qql";
import type { Found, GroupRow } from "../api/queries";
import { formatCount, formatShare } from "../format/count";
import { dateTerm, type TermValue, withTerm, withValues } from "../query/terms";
import { Failure } from "../shell/Failure";
import type { QueriedList } from "./queriedList";
import { shownValue } from "./shownValue";
import { groupLimits, type QueryAddress } from "./useQueryAddress";

type Props<Row> = {
  list: QueriedList<Row>;
  address: QueryAddress;
  data: Found<never> | undefined;
  error: ApiError | null;
  retry: () => unknown;
};

/** Groups with their numbers as bars. Each leads to what is in it. */
export function Groups<Row>({ list, address, data, error, retry }: Props<Row>) {
  const tokens = useTokens(list.entity, "query").data?.items;
  if (error && !data)
    return error.code === "QQL_INVALID" && error.field !== "groupBy" ? null : <Failure error={error} retry={retry} />;
  const by = address.groupBy.flatMap((name) => tokens?.find((token) => token.name === name) ?? []);
  const groups = data?.groups ?? [];
  const most = Math.max(1, ...groups.map(({ count }) => count), data?.other ?? 0);
  const next = groupLimits[groupLimits.indexOf(address.groupLimit) + 1];
  return (
    <>
      <GroupOrder address={address} />
      <InnerScrollContainer>
        <Table
          aria-label={`${list.title} in groups`}
          variant="compact"
          gridBreakPoint=""
          className="ft-table ft-groups"
        >
          <Thead>
            <Tr>
              {by.map(({ name }) => (
                <Th key={name}>{name}</Th>
              ))}
              <Th screenReaderText="Share" />
              <Th className="ft-count">{list.title}</Th>
            </Tr>
          </Thead>
          <Tbody>
            {groups.map((group) => (
              <GroupLine
                key={JSON.stringify(group.values)}
                {...{ group, by, address, most, total: data?.total ?? 0 }}
              />
            ))}
            {data?.other ? (
              <Tr>
                <Td colSpan={by.length} className="ft-quiet">
                  In other groups
                </Td>
                <Td>
                  <Bar share={data.other / most} isQuiet />
                </Td>
                <Td className="ft-count">{formatCount(data.other)}</Td>
              </Tr>
            ) : null}
          </Tbody>
        </Table>
      </InnerScrollContainer>
      {next && groups.length >= address.groupLimit && (
        <Button variant="link" onClick={() => address.set({ groups: String(next) })}>
          Show up to {next} groups
        </Button>
      )}
    </>
  );
}

type LineProps = { group: GroupRow; by: TokenRow[]; address: QueryAddress; most: number; total: number };

function GroupLine({ group, by, address, most, total }: LineProps) {
  const query = by.reduce(
    (query, token, at) => narrowed(query, token, groupValue(group, at), address),
    address.question.query,
  );
  const names = by.map((token, at) => shownValue(groupValue(group, at), token.type, address.interval));
  return (
    <Tr>
      {by.map((token, at) => (
        <Td key={token.name} className="ft-break">
          <Link to={groupLink(group, by, at, address)}>{names[at]}</Link>
        </Td>
      ))}
      <Td>
        <Bar share={group.count / most} />
      </Td>
      <Td className="ft-count">
        <Link
          to={address.to({ query, groupBy: "", groups: "" })}
          aria-label={`${formatCount(group.count)}: ${names.join(", ")}`}
        >
          {formatCount(group.count)}
        </Link>{" "}
        <span className="ft-quiet ft-wide">{total > 0 && formatShare(group.count / total)}</span>
      </Td>
    </Tr>
  );
}

/** A value leads to what has it: to rows, or of two levels to the groups of the other one. */
function groupLink(group: GroupRow, by: TokenRow[], at: number, address: QueryAddress) {
  const token = by[at];
  if (!token) return address.to({});
  const query = narrowed(address.question.query, token, groupValue(group, at), address);
  const others = by.filter((one) => one !== token).map(({ name }) => name);
  return address.to({ query, groupBy: others.join(","), groups: "" });
}

const groupValue = (group: GroupRow, at: number): TermValue => {
  const value = group.values[at];
  return value === null || value === undefined ? null : String(value);
};

function narrowed(query: string, { name, type }: TokenRow, value: TermValue, { interval }: QueryAddress): string {
  if (type === "date" && value !== null) return withTerm(query, dateTerm(name, value, interval));
  return withValues(query, name, type, [value]);
}

function Bar({ share, isQuiet = false }: { share: number; isQuiet?: boolean }) {
  return (
    <span className="ft-group-bar" aria-hidden>
      <span className={isQuiet ? "ft-fill-quiet" : "ft-fill-active"} style={{ inlineSize: `${share * 100}%` }} />
    </span>
  );
}

function GroupOrder({ address }: { address: QueryAddress }) {
  return (
    <ToggleGroup isCompact aria-label="Order of the groups" className="ft-group-order">
      <ToggleGroupItem
        text="Largest first"
        isSelected={address.groupOrder === "count"}
        onChange={() => address.set({ groupOrder: "" })}
      />
      <ToggleGroupItem
        text="By value"
        isSelected={address.groupOrder === "value"}
        onChange={() => address.set({ groupOrder: "value" })}
      />
    </ToggleGroup>
  );
}
