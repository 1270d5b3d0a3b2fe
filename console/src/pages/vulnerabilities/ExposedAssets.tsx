import { Button, EmptyState, EmptyStateBody, ToolbarGroup, ToolbarItem } from "@patternfly/react-core";
import { useNavigate } from "react-router";
import { useAssets } from "../../api/assets";
import type { AssetRow, VulnerabilityDetails } from "../../api/types";
import { counted } from "../../format/count";
import { ListTable } from "../../table/ListTable";
import { useSelection } from "../../table/useSelection";
import { apiQuery } from "../../url/listState";
import { useListState } from "../../url/useListState";
import { filteredAssetColumns } from "../assets/assetColumns";
import { jobLink } from "../jobs/jobLink";

const rowKey = (asset: AssetRow) => asset.id;
const columns = filteredAssetColumns.filter(({ optional }) => !optional);

/** The assets that lack a fix; chosen ones lead into a job with the patches that are missing somewhere. */
export function ExposedAssets({ vulnerability }: { vulnerability: VulnerabilityDetails }) {
  const navigate = useNavigate();
  const address = useListState([]);
  const result = useAssets(apiQuery(address, { cve: vulnerability.cve }));
  const selection = useSelection(rowKey);
  const assets = selection.rows.map(rowKey);
  const patches = vulnerability.patches.filter(({ missingCount }) => missingCount > 0).map(({ id }) => id);
  return (
    <ListTable
      label="Exposed assets"
      searchLabel="Search assets"
      address={address}
      result={result}
      columns={columns}
      rowKey={rowKey}
      rowName={({ name }) => name}
      selection={selection}
      actions={
        assets.length > 0 && (
          <ToolbarGroup variant="action-group">
            <ToolbarItem>
              <Button onClick={() => navigate(jobLink({ work: "Install", assets, patches }))}>
                Deploy to {counted(assets.length, "asset")}…
              </Button>
            </ToolbarItem>
          </ToolbarGroup>
        )
      }
      empty={
        <EmptyState titleText="Nobody is exposed" headingLevel="h3">
          <EmptyStateBody>Every scanned asset that the patches concern has one of them.</EmptyStateBody>
        </EmptyState>
      }
    />
  );
}
