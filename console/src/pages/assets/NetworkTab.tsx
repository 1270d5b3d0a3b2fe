import { Grid, GridItem } from "@patternfly/react-core";
import type { AssetDetails } from "../../api/types";
import { Term } from "../../shell/Term";
import { type Column, DataTable } from "../../table/DataTable";
import { Facts, Section } from "./Facts";

type Interface = AssetDetails["facts"]["interfaces"][number];

const columns: Column<Interface>[] = [
  { key: "name", title: "Interface", cell: (one) => one.name },
  { key: "mac", title: "Hardware address", cell: (one) => (one.mac ? <code>{one.mac}</code> : "–") },
  { key: "addresses", title: "Addresses", cell: (one) => <code>{one.addresses.join(", ") || "none"}</code> },
];

export function NetworkTab({ asset }: { asset: AssetDetails }) {
  return (
    <Grid hasGutter>
      <GridItem lg={4}>
        <Facts title="Names">
          <Term name="Host name">{asset.facts.hostname}</Term>
          <Term name="Full name">{asset.fqdn}</Term>
          <Term name="Connects from">{asset.address}</Term>
        </Facts>
      </GridItem>
      <GridItem lg={8}>
        <Section title="Interfaces">
          {asset.facts.interfaces.length ? (
            <DataTable label="Interfaces" columns={columns} rows={asset.facts.interfaces} rowKey={(one) => one.name} />
          ) : (
            <p>The agent has reported no interfaces.</p>
          )}
        </Section>
      </GridItem>
    </Grid>
  );
}
