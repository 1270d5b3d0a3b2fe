import { MenuToggle, Select, SelectList, SelectOption } from "@patternfly/react-core";
import { useState } from "react";

type Props<Value extends string> = {
  /** Stands on the button before what is chosen: `Group by`. */
  label: string;
  value: Value | "";
  options: { value: Value | ""; title: string; help?: string }[];
  onChange: (value: Value | "") => void;
};

/** A short list behind a button, of which one is chosen. */
export function ChooseOne<Value extends string>({ label, value, options, onChange }: Props<Value>) {
  const [open, setOpen] = useState(false);
  const chosen = options.find((option) => option.value === value);
  return (
    <Select
      isOpen={open}
      isScrollable
      popperProps={{ appendTo: "inline" }}
      onOpenChange={setOpen}
      selected={value}
      onSelect={(_event, next) => {
        setOpen(false);
        onChange(options.find((option) => option.value === next)?.value ?? "");
      }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)}>
          {value && chosen ? `${label}: ${chosen.title}` : label}
        </MenuToggle>
      )}
    >
      <SelectList aria-label={label}>
        {options.map(({ value, title, help }) => (
          <SelectOption key={value} value={value} {...(help ? { description: help } : {})}>
            {title}
          </SelectOption>
        ))}
      </SelectList>
    </Select>
  );
}
