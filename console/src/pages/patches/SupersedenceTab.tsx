import { Grid, GridItem, List, ListItem } from "@patternfly/react-core";
import { Link } from "react-router";
import type { PatchDetails, PatchReference } from "../../api/types";
import { Section } from "../assets/Facts";

export function SupersedenceTab({ patch }: { patch: PatchDetails }) {
  return (
    <Grid hasGutter>
      <GridItem lg={6}>
        <Section title="Superseded by">
          <References patches={patch.supersededBy} none="Nothing: this is the newest known." />
        </Section>
      </GridItem>
      <GridItem lg={6}>
        <Section title="Supersedes">
          <References patches={patch.supersedes} none="Nothing known." />
        </Section>
      </GridItem>
    </Grid>
  );
}

function References({ patches, none }: { patches: PatchReference[]; none: string }) {
  if (patches.length === 0) return <p>{none}</p>;
  return (
    <List isPlain>
      {patches.map((patch) => (
        <ListItem key={patch.patchId}>
          <Link to={`/patches/${patch.patchId}`}>{patch.title}</Link>
        </ListItem>
      ))}
    </List>
  );
}
