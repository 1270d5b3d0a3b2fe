import { Label, Tooltip } from "@patternfly/react-core";
import type { PatchOutcome, PatchRow } from "../api/types";
import { formatCount } from "../format/count";
import { obstacleText, reasonText, words } from "../format/words";
import { outcomeTone } from "./tone";

export function SecurityLabel({ security }: { security: boolean }) {
  return security ? (
    <Label isCompact color="red">
      Security
    </Label>
  ) : (
    <span className="ft-quiet">–</span>
  );
}

const severities = { Critical: "danger", Important: "warning", Moderate: "info" } as const;

/** `derived`: not the vendor's word, but of the CVSS scores of the CVEs. */
export function SeverityLabel({ severity, derived = false }: { severity: string; derived?: boolean }) {
  if (severity === "None") return <span className="ft-quiet ft-nowrap">Not rated</span>;
  const status = severities[severity as keyof typeof severities];
  return (
    <Label isCompact variant="outline" {...(status ? { status } : {})}>
      {severity}
      {derived && " (derived)"}
    </Label>
  );
}

type Decided = Pick<PatchRow, "enabled" | "deleted" | "isHidden" | "hiddenReason">;

/** What its vendor and people decided about a patch. */
export function DecidedLabels({ patch }: { patch: Decided }) {
  return (
    <>
      {patch.deleted && (
        <Tooltip content="Its vendor has taken it back: it concerns no asset, and is never deployed">
          <Label isCompact status="danger" variant="outline">
            Withdrawn
          </Label>
        </Tooltip>
      )}
      {!patch.enabled && (
        <Tooltip content="No job deploys it">
          <Label isCompact status="warning" variant="outline">
            Disabled
          </Label>
        </Tooltip>
      )}
      {patch.isHidden && (
        <Tooltip content={patch.hiddenReason}>
          <Label isCompact variant="outline">
            Hidden
          </Label>
        </Tooltip>
      )}
    </>
  );
}

/** CVEs of a patch: `null` means that no changelog or advisory was read yet, which is not "none". */
export function CveCount({ cves }: { cves: PatchRow["cves"] }) {
  if (cves === null) {
    return (
      <Tooltip content="The changelog has not been read yet">
        <span className="ft-quiet ft-nowrap">not read</span>
      </Tooltip>
    );
  }
  if (cves.length === 0) return <span className="ft-quiet">0</span>;
  const shown = cves.slice(0, 12).join(", ");
  return (
    <Tooltip content={cves.length > 12 ? `${shown} and ${formatCount(cves.length - 12)} more` : shown}>
      <span>{formatCount(cves.length)}</span>
    </Tooltip>
  );
}

/** Why a machine would not install a missing patch now. */
export const ObstacleLabel = ({ obstacle }: { obstacle: string | null }) => <Why name={obstacle} text={obstacleText} />;

/** Why it cannot be told whether a patch is missing. */
export const ReasonLabel = ({ reason }: { reason: string | null }) => <Why name={reason} text={reasonText} />;

function Why({ name, text }: { name: string | null; text: (name: string) => string }) {
  if (!name) return <span className="ft-quiet">–</span>;
  return (
    <Tooltip content={text(name)}>
      <Label isCompact status="warning" variant="outline">
        {words(name)}
      </Label>
    </Tooltip>
  );
}

const looks = {
  good: { status: "success" },
  bad: { status: "danger" },
  warning: { status: "warning" },
  active: { status: "info" },
  quiet: {},
} as const;

export function OutcomeLabel({ outcome }: { outcome: PatchOutcome }) {
  return (
    <Label isCompact variant="outline" {...looks[outcomeTone(outcome)]}>
      {words(outcome)}
    </Label>
  );
}
