import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { useState } from "react";
import { useTokens } from "../api/qql";
import { type ExportFormat, exportFormats, exportPath, type Queried } from "../api/queries";
import type { QueryAddress } from "./useQueryAddress";

const titles: Record<ExportFormat, string> = { csv: "CSV", json: "JSON", xlsx: "XLSX (Excel)" };

type Props = { entity: Queried; address: QueryAddress; columns: string[] };

/** Every row of the query as a file, with those of the shown columns that are tokens. */
export function ExportMenu({ entity, address, columns }: Props) {
  const [open, setOpen] = useState(false);
  const { data } = useTokens(entity, "query");
  const names = data?.items.map(({ name }) => name) ?? [];
  const isToken = (name: string) => names.includes(name);
  const fields = columns.filter(isToken).join(",");
  const sort = isToken(address.sort.split(":")[0] ?? "") ? address.sort : "";
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
            to={exportPath(entity, format, { ...address.question, sort, fields })}
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
