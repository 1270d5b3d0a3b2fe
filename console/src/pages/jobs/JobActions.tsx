import { Button, DropdownItem } from "@patternfly/react-core";
import { useState } from "react";
import { useNavigate } from "react-router";
import { errorText } from "../../api/errorText";
import { isRunActive, useCloneJob, useDeleteJob, useEnableJob, useJobDryRun } from "../../api/jobs";
import type { JobDetails } from "../../api/types";
import { counted } from "../../format/count";
import { workWords } from "../../format/words";
import { Confirm } from "../../shell/Confirm";
import { MoreActions } from "../../shell/MoreActions";
import { useNotify } from "../../shell/notices";

export function JobActions({ job, onDryRun }: { job: JobDetails; onDryRun: (id: string) => void }) {
  const [asking, setAsking] = useState<"start" | "delete" | null>(null);
  const navigate = useNavigate();
  const notify = useNotify();
  const dryRun = useJobDryRun();
  const enable = useEnableJob();
  const remove = useDeleteJob();
  const active = job.runs.find(isRunActive);
  const onError = (error: unknown) => notify({ variant: "danger", ...errorText(error) });
  return (
    <>
      {active ? (
        <Button onClick={() => navigate(`/runs/${active.id}`)}>Watch the run</Button>
      ) : (
        <Button onClick={() => setAsking("start")}>Start…</Button>
      )}
      <Button
        variant="secondary"
        isLoading={dryRun.isPending}
        isDisabled={dryRun.isPending}
        onClick={() => dryRun.mutate(job.id, { onSuccess: ({ id }) => onDryRun(id), onError })}
      >
        Dry run
      </Button>
      <RareActions job={job} onDelete={() => setAsking("delete")} onError={onError} />
      {asking === "start" && (
        <Confirm
          title={`Start “${job.name}”?`}
          action="Start"
          busy={enable.isPending}
          error={enable.error}
          onClose={() => setAsking(null)}
          onConfirm={() => enable.mutate(job.id, { onSuccess: ({ id, runs }) => navigate(afterStart(id, runs)) })}
        >
          {workWords(job.work).gerund} {counted(job.patches.length, "patch", "patches")} on{" "}
          {counted(job.assets.length, "asset")} begins at once on every asset that is connected.
        </Confirm>
      )}
      {asking === "delete" && (
        <Confirm
          title={`Delete “${job.name}”?`}
          action="Delete"
          busy={remove.isPending}
          error={remove.error}
          onClose={() => setAsking(null)}
          onConfirm={() => remove.mutate(job.id, { onSuccess: () => navigate("/jobs") })}
        >
          The job leaves the list. What its runs have changed on the assets stays.
        </Confirm>
      )}
    </>
  );
}

/** The newest run of a job that was just started. */
export function afterStart(jobId: string, runs: JobDetails["runs"]): string {
  const newest = runs.reduce<JobDetails["runs"][number] | null>(
    (best, run) => (best && best.number > run.number ? best : run),
    null,
  );
  return newest ? `/runs/${newest.id}` : `/jobs/${jobId}`;
}

type RareProps = { job: JobDetails; onDelete: () => void; onError: (error: unknown) => void };

function RareActions({ job, onDelete, onError }: RareProps) {
  const navigate = useNavigate();
  const clone = useCloneJob();
  return (
    <MoreActions>
      <DropdownItem onClick={() => clone.mutate(job.id, { onSuccess: ({ id }) => navigate(`/jobs/${id}`), onError })}>
        Clone
      </DropdownItem>
      <DropdownItem isDanger isDisabled={job.runs.some(isRunActive)} onClick={onDelete}>
        Delete…
      </DropdownItem>
    </MoreActions>
  );
}
