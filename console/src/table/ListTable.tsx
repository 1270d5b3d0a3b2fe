import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Toolbar,
  ToolbarContent,
  ToolbarItem,
} from "@patternfly/react-core";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import type { ReactNode } from "react";
import type { ApiError } from "../api/client";
import type { Page } from "../api/types";
import { Failure } from "../shell/Failure";
import { isFiltered } from "../url/listState";
import type { ListAddress } from "../url/useListState";
import { type Column, DataTable } from "./DataTable";
import { Pager } from "./Pager";
import { SearchBox } from "./SearchBox";
import type { Selection } from "./useSelection";

type Result<Row> = {
  data: Page<Row> | undefined;
  error: ApiError | null;
  refetch: () => unknown;
  isPlaceholderData?: boolean;
};

/**
 * A server-paged list with its toolbar: search, filters, actions, pager, and what stands there when it is empty.
 * Of a query that does not hold the field says what is wrong, and nothing is listed.
 */
export function ListTable<Row>(props: {
  label: string;
  searchLabel?: string;
  /** Stands in the place of the search box. */
  search?: ReactNode;
  address: ListAddress;
  result: Result<Row>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  rowName?: (row: Row) => string;
  filters?: ReactNode;
  actions?: ReactNode;
  selection?: Selection<Row>;
  /** Whether something narrows the list; by default any search or filter does. */
  narrowed?: boolean;
  /** Shown when the list is empty without any filter: says what to do next. */
  empty: ReactNode;
}) {
  const { address, result, selection } = props;
  const { data, error } = result;
  const isEmpty = data?.total === 0 && !result.isPlaceholderData;
  const narrowed = props.narrowed ?? isFiltered(address);
  return (
    <>
      <Toolbar className="ft-toolbar" colorVariant="no-background">
        <ToolbarContent>
          <ToolbarItem className={props.search ? "ft-query" : "ft-search"}>
            {props.search ?? (
              <SearchBox
                label={props.searchLabel ?? `Search ${props.label}`}
                value={address.search}
                onSearch={(search) => address.set({ search })}
              />
            )}
          </ToolbarItem>
          {props.filters}
          {narrowed && (
            <ToolbarItem>
              <Button variant="link" onClick={address.clear}>
                Clear filters
              </Button>
            </ToolbarItem>
          )}
          {props.actions}
          <ToolbarItem variant="pagination" align={{ default: "alignEnd" }}>
            {data && <Pager address={address} total={data.total} next={data.next} id={`${props.label}-pager`} />}
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {error?.code === "QQL_INVALID" ? null : error && !data ? (
        <Failure error={error} retry={result.refetch} />
      ) : isEmpty ? (
        narrowed ? (
          <NothingMatches clear={address.clear} />
        ) : (
          props.empty
        )
      ) : (
        <DataTable
          label={props.label}
          columns={props.columns}
          rows={data?.items}
          rowKey={props.rowKey}
          {...(props.rowName ? { rowName: props.rowName } : {})}
          sort={address.sort}
          onSort={(sort) => address.set({ sort })}
          {...(selection ? { selection } : {})}
        />
      )}
      {data && data.total > data.items.length && (
        <Pager
          address={address}
          total={data.total}
          next={data.next}
          id={`${props.label}-pager-bottom`}
          variant="bottom"
        />
      )}
    </>
  );
}

function NothingMatches({ clear }: { clear: () => void }) {
  return (
    <EmptyState titleText="Nothing matches" icon={SearchIcon} headingLevel="h2" variant="sm">
      <EmptyStateBody>No entry fits the search and the filters.</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={clear}>
            Clear filters
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
