import {
  EmptyState,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
  Switch,
  ToggleGroup,
  ToggleGroupItem,
  ToolbarGroup,
  ToolbarItem,
} from "@patternfly/react-core";
import { Link } from "react-router";
import { usePatches } from "../../api/patches";
import { timeZone } from "../../api/qql";
import type { PatchRow } from "../../api/types";
import { QuerySearch } from "../../query/QuerySearch";
import { PageHead } from "../../shell/PageHead";
import { ColumnChooser } from "../../table/ColumnChooser";
import { FacetFilter } from "../../table/FacetFilter";
import { ListTable } from "../../table/ListTable";
import { useColumns } from "../../table/useColumns";
import { useSelection } from "../../table/useSelection";
import { apiQuery } from "../../url/listState";
import { type ListAddress, useListState } from "../../url/useListState";
import { PatchBulkActions } from "./PatchBulkActions";
import { patchColumns } from "./patchColumns";

const filterNames = [
  "security",
  "status",
  "superseded",
  "severity",
  "repository",
  "overdue",
  "hidden",
  "query",
  "havingQuery",
];
const statuses = [
  { value: "", text: "All" },
  { value: "Missing", text: "Missing" },
  { value: "Installed", text: "Installed" },
];
const rowKey = (patch: PatchRow) => patch.id;

export function PatchList() {
  const address = useListState(filterNames);
  const result = usePatches(apiQuery(address, { tz: timeZone() }));
  const columns = useColumns("patches", patchColumns);
  const selection = useSelection(rowKey);
  const facet = (name: string, label: string) => (
    <ToolbarItem>
      <FacetFilter
        label={label}
        name={name}
        value={address.filters[name]}
        facets={result.data?.facets}
        onChange={(value) => address.set({ [name]: value })}
      />
    </ToolbarItem>
  );
  return (
    <>
      <PageHead title="Patches" />
      <PageSection isFilled>
        <ListTable
          label="Patches"
          searchLabel="Search patches"
          query={
            <QuerySearch
              entity="patch"
              label="Query of patches"
              example="vendorSeverity:Critical and publishedDate>=now-30d"
              address={address}
              error={result.error}
              having={{
                add: "Ask about the assets of the patches too",
                remove: "Do not ask about assets",
                label: "Query of the assets that have or lack the patches",
                lead: "on assets",
                example: "osFamily:Debian and patchStatus:Missing",
              }}
            />
          }
          address={address}
          result={result}
          columns={columns.visible}
          rowKey={rowKey}
          rowName={(patch) => patch.title}
          selection={selection}
          empty={<NoPatches />}
          filters={
            <>
              <Toggles address={address} />
              <ToolbarGroup variant="filter-group" className="ft-filters">
                {facet("severity", "Severity")}
                {facet("repository", "Repository")}
                {facet("overdue", "Overdue")}
                <ToolbarItem>
                  <FacetFilter
                    label="Hidden"
                    name="hidden"
                    value={address.filters.hidden}
                    facets={undefined}
                    values={[{ value: "yes", label: "Only hidden" }]}
                    onChange={(value) => address.set({ hidden: value })}
                  />
                </ToolbarItem>
              </ToolbarGroup>
            </>
          }
          actions={
            <>
              <PatchBulkActions selection={selection} />
              <ToolbarItem>
                <ColumnChooser columns={patchColumns} chosen={columns} />
              </ToolbarItem>
            </>
          }
        />
      </PageSection>
    </>
  );
}

function Toggles({ address }: { address: ListAddress }) {
  const { status = "", security, superseded } = address.filters;
  return (
    <>
      <ToolbarItem>
        <ToggleGroup aria-label="Status">
          {statuses.map(({ value, text }) => (
            <ToggleGroupItem
              key={value}
              text={text}
              isSelected={value === status}
              onChange={() => address.set({ status: value })}
            />
          ))}
        </ToggleGroup>
      </ToolbarItem>
      <ToolbarItem className="ft-switch">
        <Switch
          label="Security only"
          isChecked={security === "yes"}
          onChange={(_event, on) => address.set({ security: on ? "yes" : "" })}
        />
      </ToolbarItem>
      <ToolbarItem className="ft-switch">
        <Switch
          label="Include superseded"
          isChecked={superseded === "yes"}
          onChange={(_event, on) => address.set({ superseded: on ? "yes" : "" })}
        />
      </ToolbarItem>
    </>
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
