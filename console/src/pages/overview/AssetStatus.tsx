import { Card, CardBody, CardTitle, Skeleton, Title } from "@patternfly/react-core";
import { Link } from "react-router";
import type { Overview } from "../../api/types";
import { counted, formatCount, formatShort } from "../../format/count";
import { queryLink } from "../../url/queryLink";
import { arcs } from "./donut";

/** Ring of the assets by the state of their scan, with a legend that leads to each list. */
export function AssetStatus({ overview }: { overview: Overview | undefined }) {
  return (
    <Card isFullHeight>
      <CardTitle>
        <Title headingLevel="h2" size="md">
          Assets by scan
        </Title>
      </CardTitle>
      <CardBody>
        {overview ? <Ring overview={overview} /> : <Skeleton height="9rem" screenreaderText="Loading" />}
      </CardBody>
    </Card>
  );
}

function Ring({ overview }: { overview: Overview }) {
  const known = overview.assetsScanned + overview.assetsPending + overview.assetsFailed;
  const slices = [
    { key: "good", name: "Scanned", value: overview.assetsScanned, to: queryLink("/assets", "scanStatus:Scanned") },
    {
      key: "active",
      name: "First scan pending",
      value: overview.assetsPending,
      to: queryLink("/assets", "scanStatus:Pending"),
    },
    { key: "bad", name: "Scan failed", value: overview.assetsFailed, to: queryLink("/assets", "scanStatus:Failed") },
    { key: "quiet", name: "Other", value: Math.max(0, overview.assets - known), to: "/assets" },
  ].filter(({ key, value }) => key !== "quiet" || value > 0);
  const described = slices.map(({ name, value }) => `${name} ${value}`).join(", ");
  return (
    <div className="ft-picture">
      <svg
        viewBox="0 0 42 42"
        className="ft-ring"
        role="img"
        aria-label={`${counted(overview.assets, "asset")}: ${described}`}
      >
        <circle cx="21" cy="21" r="15.9155" className="ft-stroke-track" />
        {arcs(slices).map(({ key, start, length }) => (
          <circle
            key={key}
            cx="21"
            cy="21"
            r="15.9155"
            className={`ft-stroke-${key}`}
            strokeDasharray={`${length} ${100 - length}`}
            strokeDashoffset={25 - start}
          />
        ))}
        <text x="21" y="21.5" className="ft-ring-value">
          {formatShort(overview.assets)}
        </text>
        <text x="21" y="26.5" className="ft-ring-unit">
          {overview.assets === 1 ? "asset" : "assets"}
        </text>
      </svg>
      <ul className="ft-legend">
        {slices.map(({ key, name, value, to }) => (
          <li key={key}>
            <span className={`ft-swatch ft-fill-${key}`} aria-hidden="true" />
            <Link to={to}>{name}</Link>
            <b>{formatCount(value)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
