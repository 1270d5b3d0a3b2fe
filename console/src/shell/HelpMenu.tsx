import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import HelpIcon from "@patternfly/react-icons/dist/esm/icons/question-circle-icon";
import { useState } from "react";
import { AboutDialog } from "./AboutDialog";

export function HelpMenu() {
  const [open, setOpen] = useState(false);
  const [about, setAbout] = useState(false);
  return (
    <>
      <Dropdown
        isOpen={open}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        popperProps={{ position: "end" }}
        toggle={(ref) => (
          <MenuToggle ref={ref} variant="plain" aria-label="Help" isExpanded={open} onClick={() => setOpen(!open)}>
            <HelpIcon />
          </MenuToggle>
        )}
      >
        <DropdownList>
          <DropdownItem onClick={() => setAbout(true)}>About</DropdownItem>
          <DropdownItem to="/v1/openapi.json" target="_blank" rel="noreferrer">
            API description (OpenAPI)
          </DropdownItem>
        </DropdownList>
      </Dropdown>
      {about && <AboutDialog onClose={() => setAbout(false)} />}
    </>
  );
}
