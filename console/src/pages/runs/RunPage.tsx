import { Button, Card, CardBody, PageSection, Skeleton } from "@patternfly/react-core";
import { useState } from "react";
import { useParams } from "react-router";
import { isRunActive, useCancelRun, useRun } from "../../api/jobs";
import type { RunDetails } from "../../api/types";
import { elapsed } from "../../format/time";
import { workWords } from "../../format/words";
import { RunLabel } from "../../labels/RunLabel";
import { useNow } from "../../labels/useNow";
import { Confirm } from "../../shell/Confirm";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { RunDeployments } from "./RunDeployments";
import { StateBar, stateWords } from "./StateBar";

export function RunPage() {
  const { id = "" } = useParams();
  const { data: run, error, refetch } = useRun(id);
  if (run) return <RunView run={run} />;
  return (
    <>
      <PageHead title="Run" parent={{ to: "/jobs", title: "Jobs" }} />
      <PageSection isFilled>
        {error ? <Failure error={error} retry={refetch} /> : <Skeleton height="12rem" screenreaderText="Loading" />}
      </PageSection>
    </>
  );
}

function RunView({ run }: { run: RunDetails }) {
  const active = isRunActive(run);
  return (
    <>
      <PageHead
        title={`${run.job.name}, run ${run.number}`}
        parent={{ to: `/jobs/${run.jobId}`, title: run.job.name }}
        labels={<RunLabel run={run} />}
        description={workWords(run.job.work).noun}
        actions={active && <CancelRun run={run} />}
      />
      <PageSection>
        <Card>
          <CardBody>
            <StateBar counts={run.counts} />
            <p className="ft-quiet ft-states">{stateWords(run.counts)}</p>
            <RunFigures run={run} />
          </CardBody>
        </Card>
      </PageSection>
      <PageSection isFilled>
        <RunDeployments run={run} active={active} />
      </PageSection>
    </>
  );
}

function RunFigures({ run }: { run: RunDetails }) {
  const now = useNow(1000);
  const figures = [
    { name: "Finished", value: `${Math.round(run.completionPercent)} %` },
    { name: "Assets succeeded", value: `${Math.round(run.assetSuccessPercent)} %` },
    { name: "Patches succeeded", value: `${Math.round(run.patchSuccessPercent)} %` },
    { name: "Assets reported", value: `${run.reported} of ${run.applicable}` },
    { name: isRunActive(run) ? "Running for" : "Took", value: elapsed(run.publishedAt, run.finishedAt, now) },
  ];
  return (
    <dl className="ft-totals" aria-label="Figures of the run">
      {figures.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function CancelRun({ run }: { run: RunDetails }) {
  const [asking, setAsking] = useState(false);
  const cancel = useCancelRun();
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setAsking(true)}>
        Cancel run…
      </Button>
      {asking && (
        <Confirm
          title="Cancel this run?"
          action="Cancel the run"
          keep="Let it go on"
          busy={cancel.isPending}
          error={cancel.error}
          onClose={() => setAsking(false)}
          onConfirm={() => cancel.mutate(run.id, { onSuccess: () => setAsking(false) })}
        >
          Assets that have not begun will not begin. An asset that is installing finishes the package it is at; what is
          installed stays installed.
        </Confirm>
      )}
    </>
  );
}
