import { Alert, Progress, Skeleton } from "@patternfly/react-core";
import { useDryRun } from "../../../api/jobs";
import type { DryRun, DryRunAsset } from "../../../api/types";
import { counted } from "../../../format/count";
import { formatBytes } from "../../../format/size";
import { Failure } from "../../../shell/Failure";
import { AssetPlan } from "./AssetPlan";

export function DryRunLoader({ id }: { id: string | null }) {
  const { data, error, refetch } = useDryRun(id);
  if (error && !data) return <Failure error={error} retry={refetch} />;
  return data ? <DryRunView dryRun={data} /> : <Skeleton height="8rem" screenreaderText="Asking the assets" />;
}

/** What the package manager of each asset would do. Nothing has been changed by asking. */
export function DryRunView({ dryRun }: { dryRun: DryRun }) {
  const { totals } = dryRun;
  const removing = dryRun.assets.filter((asset) => asset.changes.some((change) => change.to === null));
  const silent = dryRun.assets.filter((asset) => asset.state === "NotConnected");
  return (
    <div className="ft-dry-run">
      {dryRun.state === "Waiting" && (
        <Progress
          title="Asking the assets what they would do"
          value={totals.assets ? (totals.answered / totals.assets) * 100 : 0}
          label={`${totals.answered} of ${totals.assets}`}
        />
      )}
      <Totals totals={totals} />
      {totals.removals > 0 && (
        <Alert
          variant="warning"
          isInline
          component="p"
          title={`${counted(totals.removals, "package")} would be removed`}
        >
          {removing.map((asset) => (
            <div key={asset.id}>
              {asset.name}: {removedNames(asset)}
            </div>
          ))}
        </Alert>
      )}
      {totals.wouldFail > 0 && (
        <Alert
          variant="danger"
          isInline
          component="p"
          title={`${counted(totals.wouldFail, "patch", "patches")} would fail`}
        >
          The assets below say why.
        </Alert>
      )}
      {silent.length > 0 && (
        <Alert variant="info" isInline component="p" title={`${counted(silent.length, "asset")} not connected`}>
          {silent.map((asset) => asset.name).join(", ")}: what would change there is not known. A started job waits for
          them.
        </Alert>
      )}
      {dryRun.assets.map((asset) => (
        <AssetPlan key={asset.id} asset={asset} isOpen={dryRun.assets.length === 1} />
      ))}
    </div>
  );
}

const removedNames = (asset: DryRunAsset) =>
  asset.changes.flatMap((change) => (change.to === null ? [`${change.name} ${change.from ?? ""}`] : [])).join(", ");

function Totals({ totals }: { totals: DryRun["totals"] }) {
  const figures = [
    { name: "Assets answered", value: `${totals.answered} of ${totals.assets}` },
    { name: "Package changes", value: totals.changes },
    { name: "Removals", value: totals.removals },
    { name: "Download", value: formatBytes(totals.downloadBytes) },
    { name: "Restarts expected", value: totals.reboots },
    { name: "Patches that would fail", value: totals.wouldFail },
  ];
  return (
    <dl className="ft-totals" aria-label="Totals of the dry run">
      {figures.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
