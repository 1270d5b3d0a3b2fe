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
import type { AssetRow } from "../../api/types";
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
const filterNames = [...filters.map(({ name }) => name), "cve"];
const rowKey = (asset: AssetRow) => asset.id;

export function AssetList() {
  const address = useListState(filterNames);
  const result = useAssets(apiQuery(address));
  const columns = useColumns("assets", assetColumns);
  const selection = useSelection(rowKey);
  return (
    <>
      <PageHead title="Assets" />
      <PageSection isFilled>
        <ListTable
          label="Assets"
          searchLabel="Search assets"
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
