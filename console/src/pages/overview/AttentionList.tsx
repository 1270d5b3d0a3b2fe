import { Card, CardBody, CardHeader, CardTitle, Title } from "@patternfly/react-core";
import { Link } from "react-router";
import { useAssets } from "../../api/assets";
import type { AssetRow } from "../../api/types";
import { Failure } from "../../shell/Failure";
import { type Column, DataTable } from "../../table/DataTable";
import { queryLink } from "../../url/queryLink";
import { AttentionReasons } from "./AttentionReasons";

const columns: Column<AssetRow>[] = [
  { key: "name", title: "Asset", cell: (asset) => <Link to={`/assets/${asset.id}`}>{asset.name}</Link> },
  { key: "reasons", title: "Why", cell: (asset) => <AttentionReasons asset={asset} /> },
];
const shown = 8;

/** Assets that somebody should look at: failed scans first, then the most security updates missing. */
export function AttentionList() {
  const failed = useAssets({ scanStatus: "Failed", limit: shown });
  const behind = useAssets({ missing: "yes", sort: "-missingSecurityCount", limit: shown });
  const error = failed.error ?? behind.error;
  const rows =
    failed.data && behind.data ? distinct([...failed.data.items.slice(0, 3), ...behind.data.items]) : undefined;
  return (
    <Card isFullHeight>
      <CardHeader
        actions={{
          actions: <Link to={queryLink("/assets", "", "missingSecurityPatchCount:desc")}>All assets</Link>,
          hasNoOffset: true,
        }}
      >
        <CardTitle>
          <Title headingLevel="h2" size="md">
            Assets needing attention
          </Title>
        </CardTitle>
      </CardHeader>
      <CardBody>
        {error && !rows ? (
          <Failure error={error} />
        ) : rows?.length === 0 ? (
          <p>No asset lacks patches, and no scan has failed.</p>
        ) : (
          <DataTable label="Assets needing attention" columns={columns} rows={rows} rowKey={(asset) => asset.id} />
        )}
      </CardBody>
    </Card>
  );
}

const distinct = (assets: AssetRow[]) =>
  [...new Map(assets.map((asset) => [asset.id, asset])).values()].slice(0, shown);
