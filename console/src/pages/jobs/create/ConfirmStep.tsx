import { Alert, DescriptionList, Title } from "@patternfly/react-core";
import { useDryRun } from "../../../api/jobs";
import type { DryRun } from "../../../api/types";
import { counted } from "../../../format/count";
import { formatBytes } from "../../../format/size";
import { workWords } from "../../../format/words";
import { Term } from "../../../shell/Term";
import { type Draft, toJobDraft } from "./draft";

export function ConfirmStep({ draft, dryRunId }: { draft: Draft; dryRunId: string | null }) {
  const { data: dryRun } = useDryRun(dryRunId);
  const { options } = draft;
  return (
    <div className="ft-confirm">
      <Title headingLevel="h2" size="lg">
        {toJobDraft(draft).name}
      </Title>
      <DescriptionList isHorizontal isCompact>
        <Term name="Work">{workWords(draft.work).noun}</Term>
        <Term name="Assets">
          {draft.assets.length}: {draft.assets.map(({ name }) => name).join(", ")}
        </Term>
        <Term name="Patches">
          {draft.patches.length}: {draft.patches.map(({ title }) => title).join(", ")}
        </Term>
        <Term name="Removals">{options.allowRemovals ? "allowed" : "refused"}</Term>
        <Term name="After a failed patch">{options.continueOnPatchFailure ? "go on with the rest" : "stop"}</Term>
        <Term name="Restart">{options.suppressReboots ? "not ordered" : "ordered when needed"}</Term>
        <Term name="Dry run">{dryRun ? planText(dryRun) : "not asked"}</Term>
      </DescriptionList>
      {dryRun && dryRun.totals.removals > 0 && (
        <Alert
          variant="warning"
          isInline
          component="h3"
          title={`${counted(dryRun.totals.removals, "package")} would be removed`}
        >
          {options.allowRemovals
            ? "Removals are allowed in this job."
            : "Removals are not allowed in this job, so the patches that need them will fail."}
        </Alert>
      )}
      <Alert variant="info" isInline component="p" title="“Save and start” begins at once on every connected asset.">
        “Save” keeps the job for later; nothing happens before somebody starts it.
      </Alert>
    </div>
  );
}

function planText({ totals, state }: DryRun): string {
  const answered = `${totals.answered} of ${totals.assets} assets answered`;
  const plan = `${counted(totals.changes, "package change")}, ${formatBytes(totals.downloadBytes)} to download`;
  return `${answered}${state === "Waiting" ? " so far" : ""}; ${plan}; ${counted(totals.wouldFail, "patch", "patches")} would fail`;
}
