import { Card, CardBody, CardTitle, Skeleton, Title } from "@patternfly/react-core";
import { Link } from "react-router";
import type { Overview } from "../../api/types";
import { formatCount } from "../../format/count";
import { queryLink } from "../../url/queryLink";
import { missing } from "../patches/patchesList";
import { StackedBar } from "./StackedBar";

/** Missing updates by kind, and how far their changelogs have been read for CVEs. */
export function MissingByKind({ overview }: { overview: Overview | undefined }) {
  return (
    <Card isFullHeight>
      <CardTitle>
        <Title headingLevel="h2" size="md">
          Missing updates by kind
        </Title>
      </CardTitle>
      <CardBody>
        {overview ? <Bars overview={overview} /> : <Skeleton height="9rem" screenreaderText="Loading" />}
      </CardBody>
    </Card>
  );
}

/** Assets of which something cannot be told. */
const untold = "undeterminedPatchCount>0";

function Bars({ overview }: { overview: Overview }) {
  const { updatesMissing, securityMissing, updatesUndetermined, cvesRead, cvesOf, cves } = overview;
  const other = updatesMissing - securityMissing;
  if (updatesMissing === 0 && updatesUndetermined > 0) {
    return (
      <p>
        No missing update is known on the assets that have been scanned, but of some{" "}
        <Link to={queryLink("/assets", untold)}>it cannot be told</Link>: {formatCount(updatesUndetermined)} in all.
      </p>
    );
  }
  if (updatesMissing === 0) {
    return overview.assetsScanned > 0 ? (
      <p>Nothing is missing on the assets that have been scanned.</p>
    ) : (
      <p>Known when the first scan has finished.</p>
    );
  }
  return (
    <div className="ft-bars">
      <StackedBar
        label={`Missing updates: ${securityMissing} security, ${other} other`}
        parts={[
          { key: "bad", value: securityMissing },
          { key: "active", value: other },
        ]}
      />
      <ul className="ft-legend">
        <li>
          <span className="ft-swatch ft-fill-bad" aria-hidden="true" />
          <Link to={queryLink("/patches", `${missing} and isSecurity:true`)}>Security</Link>
          <b>{formatCount(securityMissing)}</b>
        </li>
        <li>
          <span className="ft-swatch ft-fill-active" aria-hidden="true" />
          <Link to={queryLink("/patches", `${missing} and isSecurity:false`)}>Other</Link>
          <b>{formatCount(other)}</b>
        </li>
        {updatesUndetermined > 0 && (
          <li>
            <span className="ft-swatch" aria-hidden="true" />
            <Link to={queryLink("/assets", untold)}>Cannot tell</Link>
            <b>{formatCount(updatesUndetermined)}</b>
          </li>
        )}
      </ul>
      <StackedBar
        label={`Changelogs read for CVEs: ${cvesRead} of ${cvesOf}`}
        parts={[
          { key: "good", value: cvesRead },
          { key: "track", value: cvesOf - cvesRead },
        ]}
      />
      <p className="ft-quiet">
        {formatCount(cves)} CVEs so far; {formatCount(cvesRead)} of {formatCount(cvesOf)} changelogs read
      </p>
    </div>
  );
}
