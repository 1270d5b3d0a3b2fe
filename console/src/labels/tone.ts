import type { DeploymentState, PatchOutcome } from "../api/types";

/** What a state means to the reader; colour follows from it and never carries the meaning alone. */
export type Tone = "good" | "bad" | "warning" | "active" | "quiet";

const tones: Partial<Record<DeploymentState, Tone>> = {
  Completed: "good",
  CompletedWithErrors: "warning",
  PendingReboot: "warning",
  Failed: "bad",
  TimedOut: "bad",
  Aborted: "bad",
  NotAttempted: "bad",
  RunningPreActions: "active",
  Downloading: "active",
  Downloaded: "active",
  Patching: "active",
  RunningPostActions: "active",
  Rebooting: "active",
  Verifying: "active",
};

export const toneOf = (state: DeploymentState): Tone => tones[state] ?? "quiet";

const outcomes: Record<PatchOutcome, Tone> = {
  PendingExecution: "quiet",
  Executing: "active",
  PendingReboot: "warning",
  PendingVerification: "active",
  Success: "good",
  Installed: "good",
  Failed: "bad",
  Superseded: "quiet",
  NotApplicable: "quiet",
  Skipped: "quiet",
};

export const outcomeTone = (outcome: PatchOutcome): Tone => outcomes[outcome];

/** Counts of states summed by tone, in the order in which a progress bar shows them. */
export function countTones(counts: Partial<Record<DeploymentState, number>>): { tone: Tone; count: number }[] {
  const order: Tone[] = ["good", "warning", "bad", "active", "quiet"];
  const sums = new Map<Tone, number>();
  for (const [state, count] of Object.entries(counts)) {
    const tone = toneOf(state as DeploymentState);
    sums.set(tone, (sums.get(tone) ?? 0) + (count ?? 0));
  }
  return order.flatMap((tone) => (sums.get(tone) ? [{ tone, count: sums.get(tone) ?? 0 }] : []));
}
