import { Card, CardBody, Skeleton } from "@patternfly/react-core";
import { Link } from "react-router";
import type { Overview } from "../../api/types";
import { formatCount, formatShort } from "../../format/count";
import { queryLink } from "../../url/queryLink";
import { missing } from "../patches/patchesList";
import { exposed } from "../vulnerabilities/vulnerabilitiesList";

type Figure = {
  name: string;
  /** `null` where it is not known. */
  value: (overview: Overview) => number | null;
  note?: (overview: Overview) => string;
  to: string;
  /** Where it is not known: the page that says why. */
  unknownTo?: string;
};

const figures: Figure[] = [
  { name: "Assets", value: ({ assets }) => assets, to: "/assets" },
  {
    name: "Updates missing",
    value: ({ updatesMissing }) => updatesMissing,
    to: queryLink("/patches", missing),
  },
  {
    name: "Security updates",
    value: ({ securityMissing }) => securityMissing,
    to: queryLink("/patches", `${missing} and isSecurity:true`),
  },
  {
    name: "CVEs so far",
    value: ({ cves }) => cves,
    note: ({ cvesRead, cvesOf }) => `${formatCount(cvesRead)} of ${formatCount(cvesOf)} changelogs read`,
    to: queryLink("/patches", `${missing} and isSecurity:true`),
  },
  {
    name: "Known exploited",
    value: ({ knownExploited }) => knownExploited,
    note: ({ knownExploited }) =>
      knownExploited === null ? "CISA's catalogue was not read yet" : "exposed CVEs in CISA's catalogue",
    to: queryLink("/vulnerabilities", `${exposed} and isKnownExploited:true`),
    unknownTo: "/catalogue",
  },
  {
    name: "Assets overdue",
    value: ({ assetsOverdue }) => assetsOverdue,
    note: () => "with a patch past its due date",
    to: queryLink("/assets", "overdueFindingCount>0", "missingSecurityPatchCount:desc"),
  },
  {
    name: "Restart pending",
    value: ({ rebootPending }) => rebootPending,
    to: queryLink("/assets", "pendingReboot:true"),
  },
  {
    name: "Not assessed",
    value: ({ assetsNotAssessed }) => assetsNotAssessed,
    to: queryLink("/assets", "scanStatus:[Pending,Failed]"),
  },
];

function Count({ count }: { count: number | null }) {
  if (count === null) return <span className="ft-figure-value">–</span>;
  return (
    <span className="ft-figure-value" title={formatCount(count)}>
      {formatShort(count)}
    </span>
  );
}

export function Figures({ overview }: { overview: Overview | undefined }) {
  return (
    <ul className="ft-figures" aria-label="Figures">
      {figures.map(({ name, value, note, to, unknownTo }) => (
        <li key={name}>
          <Card isCompact isFullHeight>
            <CardBody>
              {overview ? (
                <Link to={value(overview) === null && unknownTo ? unknownTo : to} className="ft-figure">
                  <Count count={value(overview)} />
                  <span>
                    {name} {note && <small className="ft-figure-note">{note(overview)}</small>}
                  </span>
                </Link>
              ) : (
                <Skeleton height="3.5rem" screenreaderText={`Loading ${name}`} />
              )}
            </CardBody>
          </Card>
        </li>
      ))}
    </ul>
  );
}
