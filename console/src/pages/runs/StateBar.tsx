import type { DeploymentState } from "../../api/types";
import { words } from "../../format/words";
import { countTones } from "../../labels/tone";

type Props = { counts: Partial<Record<DeploymentState, number>>; small?: boolean };

/** `3 completed, 1 failed` */
export const stateWords = (counts: Props["counts"]): string =>
  Object.entries(counts)
    .map(([state, count]) => `${count} ${words(state).toLowerCase()}`)
    .join(", ");

/** Deployments of a run by what their states mean; the words are in the label and, on the run's page, below. */
export function StateBar({ counts, small = false }: Props) {
  return (
    <div
      role="img"
      aria-label={stateWords(counts) || "nothing yet"}
      className={small ? "ft-bar ft-bar-small" : "ft-bar"}
    >
      {countTones(counts).map(({ tone, count }) => (
        <span key={tone} className={`ft-fill-${tone}`} style={{ flexGrow: count }} />
      ))}
    </div>
  );
}
