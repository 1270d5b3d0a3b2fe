import {
  EmptyState,
  EmptyStateBody,
  EmptyStateFooter,
  ToggleGroup,
  ToggleGroupItem,
  ToolbarItem,
} from "@patternfly/react-core";
import { Link } from "react-router";
import { QueryList } from "../../list/QueryList";
import type { QueryAddress } from "../../list/useQueryAddress";
import { valuesOf, withValues } from "../../query/terms";
import { PatchBulkActions } from "./PatchBulkActions";
import { patchesList } from "./patchesList";

const statuses = [
  { values: ["Missing", "Installed"], text: "Either" },
  { values: ["Missing"], text: "Missing" },
  { values: ["Installed"], text: "Installed" },
  { values: ["Undetermined"], text: "Cannot tell" },
];

export function PatchList() {
  return (
    <QueryList
      list={patchesList}
      empty={<NoPatches />}
      quick={(address) => <StatusToggle address={address} />}
      bulk={(chosen, clear) => <PatchBulkActions chosen={chosen} onDone={clear} />}
    />
  );
}

function StatusToggle({ address }: { address: QueryAddress }) {
  const { query } = address.question;
  const chosen = valuesOf(query, "patchStatus", "enum");
  return (
    <ToolbarItem>
      <ToggleGroup aria-label="Status">
        {statuses.map(({ values, text }) => (
          <ToggleGroupItem
            key={text}
            text={text}
            isSelected={String(chosen) === String(values)}
            onChange={() => address.set({ query: withValues(query, "patchStatus", "enum", values) })}
          />
        ))}
      </ToggleGroup>
    </ToolbarItem>
  );
}

function NoPatches() {
  return (
    <EmptyState titleText="No patches yet" headingLevel="h2">
      <EmptyStateBody>Patches become known when the first asset has been scanned.</EmptyStateBody>
      <EmptyStateFooter>
        <Link to="/assets">Look at the assets</Link>
      </EmptyStateFooter>
    </EmptyState>
  );
}
