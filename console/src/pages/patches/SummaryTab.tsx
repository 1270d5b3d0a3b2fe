import { Grid, GridItem } from "@patternfly/react-core";
import type { PatchDetails } from "../../api/types";
import { formatCount } from "../../format/count";
import { formatBytes } from "../../format/size";
import { corroborationText, rebootText } from "../../format/words";
import { When } from "../../labels/When";
import { Term } from "../../shell/Term";
import { Facts, Section } from "../assets/Facts";

export function SummaryTab({ patch }: { patch: PatchDetails }) {
  return (
    <Grid hasGutter>
      <GridItem lg={6}>
        <Facts title="Patch">
          <Term name="Vendor">{patch.vendor}</Term>
          <Term name="Product">{patch.products.length > 0 ? patch.products.join("; ") : patch.product}</Term>
          <Term name={patch.kb ? "Source" : "Repository"}>{patch.repository}</Term>
          {patch.kb === null && (
            <Term name="Source package">
              {patch.source} {patch.sourceVersion}
            </Term>
          )}
          <Term name="Category">{patch.category}</Term>
          <Term name="Published">{patch.published && <When at={patch.published} />}</Term>
          <Term name="Size">{formatBytes(patch.sizeBytes)}</Term>
          {patch.nativeIds.map(({ scheme, value }) => (
            <Term key={scheme + value} name={scheme}>
              {value}
            </Term>
          ))}
        </Facts>
      </GridItem>
      <GridItem lg={6}>
        <Facts title="How much it matters">
          <Term name="Severity">{severityText(patch)}</Term>
          <Term name="Urgency">
            {patch.urgency ? `${patch.urgency} (the changelog's word; it is not a severity)` : null}
          </Term>
          <Term name="CVEs">{patch.cves === null ? "changelog not read yet" : formatCount(patch.cves.length)}</Term>
          <Term name="Restart needed">{rebootText(patch.reboot)}</Term>
          <Term name="Who vouches">{corroborationText(patch.corroboration)}</Term>
        </Facts>
      </GridItem>
      <GridItem lg={6}>
        <Section title="Applies where">
          <pre className="ft-pre">{patch.rule}</pre>
        </Section>
      </GridItem>
      <GridItem lg={6}>
        <Section title="Description">
          {patch.description ? <pre className="ft-pre">{patch.description}</pre> : <p>The source gives none.</p>}
        </Section>
      </GridItem>
    </Grid>
  );
}

function severityText({ severity, isSeverityDerived }: PatchDetails): string {
  if (severity === "None") return "not rated by the vendor";
  return isSeverityDerived ? `${severity} (derived from the CVSS scores of its CVEs)` : severity;
}
