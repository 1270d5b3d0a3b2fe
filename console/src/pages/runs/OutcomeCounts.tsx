import type { DeploymentRow, PatchOutcome } from "../../api/types";
import { words } from "../../format/words";

/** `3 success, 1 failed` */
export function OutcomeCounts({ counts }: { counts: DeploymentRow["counts"] }) {
  const parts = Object.entries(counts) as [PatchOutcome, number][];
  if (parts.length === 0) return <span className="ft-quiet">–</span>;
  return parts.map(([outcome, count]) => `${count} ${words(outcome).toLowerCase()}`).join(", ");
}
