import {
  EmptyState,
  EmptyStateBody,
  EmptyStateFooter,
  Label,
  PageSection,
  ToolbarGroup,
  ToolbarItem,
} from "@patternfly/react-core";
import { useAssets } from "../../api/assets";
import { timeZone } from "../../api/qql";
import type { AssetRow } from "../../api/types";
import { QuerySearch } from "../../query/QuerySearch";
import { PageHead } from "../../shell/PageHead";
import { ColumnChooser } from "../../table/ColumnChooser";
import { FacetFilter } from "../../table/FacetFilter";
import { ListTable } from "../../table/ListTable";
import { useColumns } from "../../table/useColumns";
import { useSelection } from "../../table/useSelection";
import { apiQuery } from "../../url/listState";
import { useListState } from "../../url/useListState";
import { InstallLine } from "../agents/InstallLine";
import { AssetBulkActions } from "./AssetBulkActions";
import { assetColumns } from "./assetColumns";

const yesNo = [
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
];
const filters = [
  { name: "scanStatus", label: "Scan" },
  { name: "os", label: "Operating system" },
  { name: "missing", label: "Patches missing", values: yesNo },
  { name: "overdue", label: "Patches overdue", values: yesNo },
  { name: "pendingReboot", label: "Restart pending", values: yesNo },
];
// A CVE is chosen on its own page, and shown here so that it can be taken away.
const filterNames = [...filters.map(({ name }) => name), "cve", "query", "havingQuery"];
const rowKey = (asset: AssetRow) => asset.id;

export function AssetList() {
  const address = useListState(filterNames);
  const result = useAssets(apiQuery(address, { tz: timeZone() }));
  const columns = useColumns("assets", assetColumns);
  const selection = useSelection(rowKey);
  return (
    <>
      <PageHead title="Assets" />
      <PageSection isFilled>
        <ListTable
          label="Assets"
          searchLabel="Search assets"
          query={
            <QuerySearch
              entity="asset"
              label="Query of assets"
              example="osFamily:Debian and lastCheckedIn>=now-7d"
              address={address}
              error={result.error}
              having={{
                add: "Ask about the patches of the assets too",
                remove: "Do not ask about patches",
                label: "Query of the patches that the assets have or lack",
                lead: "with patches",
                example: "patchStatus:Missing and vendorSeverity:Critical",
              }}
            />
          }
          address={address}
          result={result}
          columns={columns.visible}
          rowKey={rowKey}
          rowName={(asset) => asset.name}
          selection={selection}
          empty={<NoAssets />}
          filters={
            <ToolbarGroup variant="filter-group" className="ft-filters">
              {filters.map((filter) => (
                <ToolbarItem key={filter.name}>
                  <FacetFilter
                    {...filter}
                    value={address.filters[filter.name]}
                    facets={result.data?.facets}
                    onChange={(value) => address.set({ [filter.name]: value })}
                  />
                </ToolbarItem>
              ))}
              {address.filters.cve && (
                <ToolbarItem>
                  <Label onClose={() => address.set({ cve: "" })} closeBtnAriaLabel="All assets">
                    Exposed to {address.filters.cve}
                  </Label>
                </ToolbarItem>
              )}
            </ToolbarGroup>
          }
          actions={
            <>
              <AssetBulkActions selection={selection} />
              <ToolbarItem>
                <ColumnChooser columns={assetColumns} chosen={columns} />
              </ToolbarItem>
            </>
          }
        />
      </PageSection>
    </>
  );
}

function NoAssets() {
  return (
    <EmptyState titleText="No assets yet" headingLevel="h2">
      <EmptyStateBody>Install the agent on a machine. It appears here as soon as it has enrolled.</EmptyStateBody>
      <EmptyStateFooter>
        <InstallLine />
      </EmptyStateFooter>
    </EmptyState>
  );
}
