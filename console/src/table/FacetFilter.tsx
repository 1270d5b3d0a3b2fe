import { Badge, MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useState } from "react";
import type { Facet } from "../api/types";

type Value = Facet["values"][number];

/** One filter of a list: the values the server counted, or `values` while it has counted none. */
export function FacetFilter(props: {
  label: string;
  name: string;
  value: string | undefined;
  facets: Facet[] | undefined;
  values?: { value: string; label: string }[];
  onChange: (value: string) => void;
}) {
  const [open, setOpen] = useState(false);
  const counted: Value[] | undefined = props.facets?.find((facet) => facet.name === props.name)?.values;
  const values: (Omit<Value, "count"> & { count?: number })[] = counted ?? props.values ?? [];
  const chosen = values.find((one) => one.value === props.value);
  const shown = chosen?.label ?? props.value;
  if (values.length === 0 && !shown) return null;
  return (
    <Select
      isOpen={open}
      onOpenChange={setOpen}
      selected={props.value ?? ""}
      onSelect={(_event, value) => {
        setOpen(false);
        props.onChange(String(value));
      }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)}>
          {shown ? `${props.label}: ${shown}` : props.label}
        </MenuToggle>
      )}
    >
      <SelectList aria-label={props.label}>
        <SelectOption value="">Any</SelectOption>
        {values.map((one) => (
          <SelectOption key={one.value} value={one.value}>
            {one.label} {one.count !== undefined && <Badge isRead>{one.count}</Badge>}
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
