import { Divider, MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import ColumnsIcon from "@patternfly/react-icons/dist/esm/icons/columns-icon";
import { useState } from "react";
import type { Column } from "./DataTable";
import type { useColumns } from "./useColumns";

type Props<Row> = { columns: Column<Row>[]; chosen: ReturnType<typeof useColumns<Row>> };

export function ColumnChooser<Row>({ columns, chosen }: Props<Row>) {
  const [open, setOpen] = useState(false);
  return (
    <Select
      role="menu"
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={(_event, key) => (key === "" ? chosen.reset() : chosen.toggle(String(key)))}
      popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          aria-label="Choose columns"
          isExpanded={open}
          onClick={() => setOpen(!open)}
        >
          <ColumnsIcon />
        </MenuToggle>
      )}
    >
      <SelectList aria-label="Columns">
        {columns
          .filter((column) => !column.fixed && !column.actions)
          .map((column) => (
            <SelectOption key={column.key} value={column.key} hasCheckbox isSelected={chosen.isVisible(column.key)}>
              {column.title}
            </SelectOption>
          ))}
        <Divider component="li" />
        <SelectOption value="">Usual columns</SelectOption>
      </SelectList>
    </Select>
  );
}
