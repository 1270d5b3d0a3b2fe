import { Alert, Grid, GridItem, List, ListItem } from "@patternfly/react-core";
import { Link } from "react-router";
import type { AssetDetails } from "../../api/types";
import { counted } from "../../format/count";
import { words } from "../../format/words";
import { When } from "../../labels/When";
import { Term } from "../../shell/Term";
import { letterForLetter, queryLink } from "../../url/queryLink";
import { Facts } from "./Facts";
import { HealthTables } from "./HealthTables";
import { MachineCards } from "./MachineCards";

export function SystemTab({ asset }: { asset: AssetDetails }) {
  const { facts } = asset;
  return (
    <Grid hasGutter>
      <Notes asset={asset} />
      <GridItem lg={6}>
        <Facts title="Operating system">
          <Term name="Name">{facts.os.name || asset.operatingSystem}</Term>
          <Term name="Release">{[facts.os.version, facts.os.codename].filter(Boolean).join(", ")}</Term>
          <Term name="Kernel">{facts.kernel}</Term>
          <Term name="Architecture">{facts.os.arch}</Term>
          <Term name="Started">{facts.bootedAt && <When at={facts.bootedAt} />}</Term>
          <Term name="Time zone">{facts.timezone}</Term>
          <Term name="User">{facts.loggedOn ?? "nobody signed in"}</Term>
        </Facts>
      </GridItem>
      <GridItem lg={6}>
        <Facts title="Agent">
          <Term name="Version">{asset.agentVersion}</Term>
          <Term name="Status">
            {words(asset.agentStatus)}, {asset.connected ? "connected" : "not connected"}
          </Term>
          <Term name="Last check-in">
            <When at={asset.lastCheckedIn} />
          </Term>
          <Term name="Enrolled">
            <When at={asset.enrolledAt} />
          </Term>
          <Term name="Activation key">
            {asset.activationKey ? (
              <Link to={queryLink("/assets", `activationKey:${letterForLetter(asset.activationKey.title)}`)}>
                {asset.activationKey.title}
              </Link>
            ) : (
              "none"
            )}
          </Term>
          <Term name="Certificate until">{asset.certificateNotAfter && <When at={asset.certificateNotAfter} />}</Term>
          <Term name="Checks in">every {asset.profile.checkInSeconds} s</Term>
          <Term name="Scans">every {asset.profile.scanIntervalHours} h</Term>
        </Facts>
      </GridItem>
      <MachineCards facts={facts} />
      <HealthTables asset={asset} />
    </Grid>
  );
}

/** What somebody who looks at this asset should know first. */
function Notes({ asset }: { asset: AssetDetails }) {
  const { facts } = asset;
  return (
    <>
      {asset.scanReason && (
        <GridItem>
          <Alert variant="danger" isInline component="h2" title="The last scan failed">
            {asset.scanReason}. The findings shown are those of the scan before.
          </Alert>
        </GridItem>
      )}
      {facts.pendingReboot.length > 0 && (
        <GridItem>
          <Alert variant="warning" isInline component="h2" title="A restart is pending">
            <List isPlain>
              {facts.pendingReboot.map(({ reason, detail }) => (
                <ListItem key={`${reason}${detail}`}>
                  {words(reason)}
                  {detail && `: ${detail}`}
                </ListItem>
              ))}
            </List>
          </Alert>
        </GridItem>
      )}
      {asset.droppedComponents > 0 && (
        <GridItem>
          <Alert variant="warning" isInline component="h2" title="Part of the inventory could not be taken">
            {counted(asset.droppedComponents, "entry", "entries")} had names that no package can have and were left out.
          </Alert>
        </GridItem>
      )}
      {(asset.previousAssetId || asset.previousOf) && (
        <GridItem>
          <Alert variant="info" isInline component="h2" title="This machine has enrolled more than once">
            {asset.previousAssetId && <Link to={`/assets/${asset.previousAssetId}`}>Its earlier record</Link>}{" "}
            {asset.previousOf && <Link to={`/assets/${asset.previousOf}`}>Its newer record</Link>}
          </Alert>
        </GridItem>
      )}
    </>
  );
}
