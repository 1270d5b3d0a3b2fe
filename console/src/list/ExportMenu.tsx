import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { useState } from "react";
import { useTokens } from "../api/qql";
import { type ExportFormat, exportFormats, exportPath, type Queried } from "../api/queries";
import type { QueryAddress } from "./useQueryAddress";

const titles: Record<ExportFormat, string> = { csv: "CSV", json: "JSON", xlsx: "XLSX (Excel)" };

type Props = { entity: Queried; address: QueryAddress; fields: string[] };

/** Every row of the query as a file, with the shown columns. */
export function ExportMenu({ entity, address, fields }: Props) {
  const [open, setOpen] = useState(false);
  const { data } = useTokens(entity, "query");
  // An order that is no token is the list's own.
  const isToken = data?.items.some(({ name }) => name === address.sort.split(":")[0]);
  const asked = { ...address.question, sort: isToken ? address.sort : "", fields: fields.join(",") };
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "end", appendTo: "inline" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} isExpanded={open} onClick={() => setOpen(!open)}>
          Export
        </MenuToggle>
      )}
    >
      <DropdownList>
        {exportFormats.map((format) => (
          <DropdownItem
            key={format}
            to={exportPath(entity, format, asked)}
            // The server names the file; the router would take the link for a page.
            download=""
          >
            {titles[format]}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
