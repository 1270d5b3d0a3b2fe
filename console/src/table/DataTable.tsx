import { Skeleton } from "@patternfly/react-core";
import { InnerScrollContainer, Table, Tbody, Td, Th, Thead, type ThProps, Tr } from "@patternfly/react-table";
import { memo, type ReactNode, useCallback, useEffect, useRef } from "react";
import type { Selection } from "./useSelection";

export type Column<Row> = {
  /** Also the API's name of the sort column when `sortable`. */
  key: string;
  title: string;
  /** The API's name of what it shows, in rows and files; by default the key. */
  field?: string;
  cell: (row: Row) => ReactNode;
  sortable?: boolean;
  /** Right-aligned figures. */
  numeric?: boolean;
  /** Not shown until it is chosen in the column chooser. */
  optional?: boolean;
  /** The first column names the row and cannot be hidden. */
  fixed?: boolean;
  /** Buttons: no heading text is shown, and cells do not wrap. */
  actions?: boolean;
};

type Props<Row> = {
  label: string;
  columns: Column<Row>[];
  /** `undefined` while the first answer is on its way. */
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  rowName?: (row: Row) => string;
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: Selection<Row>;
};

export function DataTable<Row>(props: Props<Row>) {
  const { label, columns, rows, rowKey, rowName = rowKey, selection } = props;
  const latest = useRef(selection);
  useEffect(() => {
    latest.current = selection;
  });
  const select = useCallback((row: Row, on: boolean) => latest.current?.set(row, on), []);
  const allSelected = !!rows?.length && !!selection && rows.every((row) => selection.has(rowKey(row)));
  return (
    <InnerScrollContainer>
      <Table aria-label={label} variant="compact" gridBreakPoint="grid-lg" className="ft-table">
        <Thead>
          <Tr>
            {selection && (
              <Th
                aria-label="Select all rows of this page"
                select={{ isSelected: allSelected, onSelect: (_event, on) => selection.setAll(rows ?? [], on) }}
              />
            )}
            {columns.map((column, index) => (
              <Th
                key={column.key}
                modifier="nowrap"
                {...(column.sortable && props.onSort ? { sort: sortOf(props, index) } : {})}
                {...(column.numeric ? { className: "ft-numeric" } : {})}
                {...(column.actions ? { screenReaderText: column.title } : {})}
              >
                {column.actions ? undefined : column.title}
              </Th>
            ))}
          </Tr>
        </Thead>
        <Tbody>
          {rows
            ? rows.map((row, rowIndex) => (
                <TableRow
                  key={rowKey(row)}
                  row={row}
                  rowIndex={rowIndex}
                  columns={columns}
                  name={rowName(row)}
                  isSelected={selection?.has(rowKey(row))}
                  onSelect={select}
                />
              ))
            : skeletonRows(columns.length + (selection ? 1 : 0))}
        </Tbody>
      </Table>
    </InnerScrollContainer>
  );
}

type RowProps<Row> = {
  row: Row;
  rowIndex: number;
  columns: Column<Row>[];
  name: string;
  /** `undefined`: rows cannot be selected. */
  isSelected: boolean | undefined;
  onSelect: (row: Row, on: boolean) => void;
};

function PlainRow<Row>({ row, rowIndex, columns, name, isSelected, onSelect }: RowProps<Row>) {
  return (
    <Tr isRowSelected={isSelected ?? false}>
      {isSelected !== undefined && (
        <Td
          select={{
            rowIndex,
            isSelected,
            onSelect: (_event, on) => onSelect(row, on),
            props: { "aria-label": `Select ${name}` },
          }}
        />
      )}
      {columns.map((column) => (
        <Td
          key={column.key}
          {...(column.actions ? { isActionCell: true } : { dataLabel: column.title })}
          {...(column.numeric ? { className: "ft-numeric" } : column.fixed ? { className: "ft-first" } : {})}
        >
          {column.cell(row)}
        </Td>
      ))}
    </Tr>
  );
}

/** Drawn again only when it has changed: a page of rows takes longer than the question for the next one. */
const TableRow = memo(PlainRow) as typeof PlainRow;

function sortOf<Row>({ columns, sort = "", onSort }: Props<Row>, columnIndex: number): ThProps["sort"] {
  const descending = sort.startsWith("-");
  const active = columns.findIndex((column) => column.key === sort.replace(/^-/, ""));
  return {
    columnIndex,
    sortBy: active < 0 ? {} : { index: active, direction: descending ? "desc" : "asc" },
    onSort: (_event, index, direction) => {
      const key = columns[index]?.key;
      if (key) onSort?.(direction === "desc" ? `-${key}` : key);
    },
  };
}

const placeholders = ["a", "b", "c", "d", "e", "f"];

function skeletonRows(width: number) {
  return placeholders.map((row) => (
    <Tr key={row}>
      <Td colSpan={width}>
        <Skeleton screenreaderText="Loading" />
      </Td>
    </Tr>
  ));
}
