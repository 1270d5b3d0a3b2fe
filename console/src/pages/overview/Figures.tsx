import { Card, CardBody, Skeleton } from "@patternfly/react-core";
import { Link } from "react-router";
import type { Overview } from "../../api/types";
import { formatCount } from "../../format/count";

type Figure = {
  name: string;
  value: (overview: Overview) => string;
  note?: (overview: Overview) => string;
  to: string;
};

const figures: Figure[] = [
  { name: "Assets", value: ({ assets }) => formatCount(assets), to: "/assets" },
  {
    name: "Updates missing",
    value: ({ updatesMissing }) => formatCount(updatesMissing),
    to: "/patches?status=Missing",
  },
  {
    name: "Security updates",
    value: ({ securityMissing }) => formatCount(securityMissing),
    to: "/patches?status=Missing&security=yes",
  },
  {
    name: "CVEs so far",
    value: ({ cves }) => formatCount(cves),
    note: ({ cvesRead, cvesOf }) => `${formatCount(cvesRead)} of ${formatCount(cvesOf)} changelogs read`,
    to: "/patches?status=Missing&security=yes",
  },
  {
    name: "Known exploited",
    value: ({ knownExploited }) => formatCount(knownExploited),
    note: () => "exposed CVEs in CISA's catalogue",
    to: "/vulnerabilities?exposed=yes&knownExploited=yes",
  },
  {
    name: "Assets overdue",
    value: ({ assetsOverdue }) => formatCount(assetsOverdue),
    note: () => "with a patch past its due date",
    to: "/assets?overdue=yes&sort=-missingSecurityCount",
  },
  {
    name: "Restart pending",
    value: ({ rebootPending }) => formatCount(rebootPending),
    to: "/assets?pendingReboot=yes",
  },
  {
    name: "Not assessed",
    value: ({ assetsNotAssessed }) => formatCount(assetsNotAssessed),
    to: "/assets?scanStatus=Pending",
  },
];

export function Figures({ overview }: { overview: Overview | undefined }) {
  return (
    <ul className="ft-figures" aria-label="Figures">
      {figures.map(({ name, value, note, to }) => (
        <li key={name}>
          <Card isCompact isFullHeight>
            <CardBody>
              {overview ? (
                <Link to={to} className="ft-figure">
                  <span className="ft-figure-value">{value(overview)}</span>
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
