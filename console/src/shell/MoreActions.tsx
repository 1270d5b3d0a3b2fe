import { Dropdown, DropdownList, MenuToggle } from "@patternfly/react-core";
import EllipsisIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import { type ReactNode, useState } from "react";

/** The menu behind three dots; its children are `DropdownItem`s. */
export function MoreActions({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "end" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          aria-label="More actions"
          isExpanded={open}
          onClick={() => setOpen(!open)}
        >
          <EllipsisIcon />
        </MenuToggle>
      )}
    >
      <DropdownList>{children}</DropdownList>
    </Dropdown>
  );
}
