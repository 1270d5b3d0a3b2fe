import { Button, Label, PageSection, Toolbar, ToolbarContent, ToolbarGroup, ToolbarItem } from "@patternfly/react-core";
import FilterIcon from "@patternfly/react-icons/dist/esm/icons/filter-icon";
import type { ReactNode } from "react";
import { timeZone } from "../api/qql";
import { type Found, useFound, useGroups } from "../api/queries";
import { useSession } from "../api/session";
import { QuerySearch } from "../query/QuerySearch";
import { Failure } from "../shell/Failure";
import { PageHead } from "../shell/PageHead";
import { ColumnChooser } from "../table/ColumnChooser";
import { DataTable } from "../table/DataTable";
import { Pager } from "../table/Pager";
import { useColumns } from "../table/useColumns";
import { columnSort, querySort } from "../url/listState";
import type { Chosen } from "./chosen";
import { ExportMenu } from "./ExportMenu";
import { FacetPanel } from "./FacetPanel";
import { GroupBy } from "./GroupBy";
import { Groups } from "./Groups";
import { NothingMatches } from "./NothingMatches";
import type { QueriedList } from "./queriedList";
import { SavedMenu } from "./SavedMenu";
import { SelectionBar } from "./SelectionBar";
import { useFacetPanel } from "./useFacetPanel";
import { type ListSelection, useListSelection } from "./useListSelection";
import { type QueryAddress, useQueryAddress } from "./useQueryAddress";

type Rows<Row> = Pick<Found<Row>, "items" | "total" | "next">;
type Result<Row> = Omit<ReturnType<typeof useFound<Row>>, "data"> & { data: Rows<Row> | undefined };

type Props<Row> = {
  list: QueriedList<Row>;
  /** Asks for the rows, where another list than the query's own has them in an order that is no token. */
  useRows?: (list: QueriedList<Row>, address: QueryAddress, enabled: boolean) => Result<Row>;
  /** Shown where there is nothing to find at all: says what to do next. */
  empty: ReactNode;
  /** Choices beside the filters. */
  quick?: (address: QueryAddress) => ReactNode;
  /** What is done with chosen rows; without it none can be chosen. */
  bulk?: (chosen: Chosen<Row>, clear: () => void) => ReactNode;
};

/** The rows that the query finds, in the order of any token. */
export function useTokenRows<Row>(list: QueriedList<Row>, address: QueryAddress, enabled: boolean): Result<Row> {
  const { question, sort, limit, after } = address;
  return useFound<Row>(list.entity, { ...question, sort, limit, after }, enabled);
}

/** A list that is asked by queries: everything that it shows stands in the address. */
export function QueryList<Row>({ list, useRows = useTokenRows, empty, quick, bulk }: Props<Row>) {
  const address = useQueryAddress(list.usualQuery);
  const owner = useSession().data?.user.id ?? "";
  const columns = useColumns(list.entity, owner, list.columns, address.columns, (keys) =>
    address.set({ columns: keys.join(",") }),
  );
  const isGrouped = address.groupBy.length > 0;
  const result = useRows(list, address, !isGrouped);
  const groups = useGroups(list.entity, groupQuery(address), isGrouped);
  const { question } = address;
  const shown = isGrouped ? groups : result;
  const isBroken = shown.error?.code === "QQL_INVALID";
  const [isPanelOpen, setPanelOpen] = useFacetPanel();
  const selection = useListSelection({
    rows: result.data?.items ?? [],
    total: result.data?.total ?? 0,
    question,
    rowKey: list.rowKey,
  });
  const { data } = result;
  const shownKeys = columns.visible.map(({ key }) => key);
  const shownFields = columns.visible.map(({ key, field }) => field ?? key);
  return (
    <>
      <PageHead
        title={list.title}
        description={list.description}
        actions={<SavedMenu list={list} address={address} columns={shownKeys} />}
      />
      <PageSection isFilled>
        <QuerySearch
          entity={list.entity}
          label={`Query of ${list.noun[1]}`}
          example={list.example}
          address={address}
          error={shown.error}
          having={list.having}
          tz={question.tz}
        />
        <Toolbar className="ft-toolbar" colorVariant="no-background">
          <ToolbarContent>
            <ToolbarItem>
              <Button
                variant="control"
                icon={<FilterIcon />}
                aria-expanded={isPanelOpen}
                onClick={() => setPanelOpen(!isPanelOpen)}
              >
                Filters
              </Button>
            </ToolbarItem>
            {quick?.(address)}
            <GroupBy entity={list.entity} address={address} />
            {question.tz !== timeZone() && (
              <ToolbarItem alignSelf="center">
                <Label onClose={() => address.set({ tz: timeZone() })} closeBtnAriaLabel="Dates in your own time zone">
                  Dates in {question.tz}
                </Label>
              </ToolbarItem>
            )}
            <ToolbarGroup align={{ default: "alignEnd" }} alignItems="center">
              <ToolbarItem>
                <ExportMenu entity={list.entity} address={address} fields={shownFields} />
              </ToolbarItem>
              {!isGrouped && (
                <ToolbarItem>
                  <ColumnChooser chosen={columns} />
                </ToolbarItem>
              )}
              {data && !isGrouped && (
                <ToolbarItem>
                  <Pager address={address} total={data.total} next={data.next} id={`${list.entity}-pager`} />
                </ToolbarItem>
              )}
            </ToolbarGroup>
          </ToolbarContent>
        </Toolbar>
        <div className="ft-beside">
          {isPanelOpen && (
            <FacetPanel
              list={list}
              question={question}
              isBroken={isBroken}
              // Rows first: counts of a query that may not hold are not asked for.
              isAsked={shown.isSuccess && !shown.isPlaceholderData}
              onQuery={(query) => address.set({ query })}
              onClose={() => setPanelOpen(false)}
            />
          )}
          <div className="ft-beside-list">
            {isGrouped ? (
              <Groups list={list} address={address} data={groups.data} error={groups.error} retry={groups.refetch} />
            ) : (
              <RowTable {...{ list, address, result, columns: columns.visible, selection, empty, bulk }} />
            )}
          </div>
        </div>
      </PageSection>
    </>
  );
}

const groupQuery = ({ question, groupBy, interval, groupOrder, groupLimit }: QueryAddress) => ({
  ...question,
  groupBy: groupBy.join(","),
  interval,
  groupOrder,
  limit: groupLimit,
});

type TableProps<Row> = {
  list: QueriedList<Row>;
  address: QueryAddress;
  result: Result<Row>;
  columns: QueriedList<Row>["columns"];
  selection: ListSelection<Row>;
  empty: ReactNode;
  bulk: Props<Row>["bulk"];
};

function RowTable<Row>({ list, address, result, columns, selection, empty, bulk }: TableProps<Row>) {
  const { data, error } = result;
  const { query, havingQuery } = address.question;
  if (error?.code === "QQL_INVALID") return <p className="ft-quiet">Mend what is marked, and the list comes back.</p>;
  if (error && !data) return <Failure error={error} retry={result.refetch} />;
  if (data?.total === 0 && !result.isPlaceholderData) {
    const isUntouched = (query === "" || query === list.usualQuery) && havingQuery === "";
    return isUntouched ? empty : <NothingMatches address={address} noun={list.noun[1]} />;
  }
  return (
    <>
      {bulk && (
        <SelectionBar selection={selection} noun={list.noun}>
          {selection.chosen && bulk(selection.chosen, selection.clear)}
        </SelectionBar>
      )}
      <DataTable
        label={list.title}
        columns={columns}
        rows={data?.items}
        rowKey={list.rowKey}
        rowName={list.rowName}
        sort={columnSort(address.sort)}
        onSort={(sort) => address.set({ sort: querySort(sort) })}
        {...(bulk ? { selection: selection.table } : {})}
      />
      {data && data.total > data.items.length && (
        <Pager
          address={address}
          total={data.total}
          next={data.next}
          id={`${list.entity}-pager-bottom`}
          variant="bottom"
        />
      )}
    </>
  );
}
