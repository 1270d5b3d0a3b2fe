import { Alert, Grid, GridItem, Label, PageSection, Skeleton } from "@patternfly/react-core";
import { Link, useParams, useSearchParams } from "react-router";
import { useJob } from "../../api/jobs";
import type { JobDetails, RunRow } from "../../api/types";
import { elapsed } from "../../format/time";
import { words, workWords } from "../../format/words";
import { RunLabel } from "../../labels/RunLabel";
import { When } from "../../labels/When";
import { Failure } from "../../shell/Failure";
import { PageHead } from "../../shell/PageHead";
import { Term } from "../../shell/Term";
import { type Column, DataTable } from "../../table/DataTable";
import { Facts, Section } from "../assets/Facts";
import { StateBar } from "../runs/StateBar";
import { DryRunLoader } from "./dryrun/DryRunView";
import { JobActions } from "./JobActions";

const runColumns: Column<RunRow>[] = [
  { key: "number", title: "Run", cell: (run) => <Link to={`/runs/${run.id}`}>Run {run.number}</Link> },
  { key: "state", title: "Result", cell: (run) => <RunLabel run={run} /> },
  { key: "progress", title: "Progress", cell: (run) => <StateBar counts={run.counts} small /> },
  { key: "started", title: "Published", cell: (run) => <When at={run.publishedAt} /> },
  { key: "took", title: "Took", numeric: true, cell: (run) => elapsed(run.publishedAt, run.finishedAt, Date.now()) },
];
const parent = { to: "/jobs", title: "Jobs" };

export function JobPage() {
  const { id = "" } = useParams();
  const { data: job, error, refetch } = useJob(id);
  if (job) return <JobView job={job} />;
  return (
    <>
      <PageHead title="Job" parent={parent} />
      <PageSection isFilled>
        {error ? <Failure error={error} retry={refetch} /> : <Skeleton height="12rem" screenreaderText="Loading" />}
      </PageSection>
    </>
  );
}

function JobView({ job }: { job: JobDetails }) {
  const [params, setParams] = useSearchParams();
  const dryRun = params.get("dryRun");
  return (
    <>
      <PageHead
        title={job.name}
        parent={parent}
        labels={<Label isCompact>{words(job.status)}</Label>}
        description={job.description}
        actions={<JobActions job={job} onDryRun={(id) => setParams({ dryRun: id }, { replace: true })} />}
      />
      <PageSection isFilled>
        <Grid hasGutter>
          {dryRun && (
            <GridItem>
              <Section title="Dry run">
                <DryRunLoader id={dryRun} />
              </Section>
            </GridItem>
          )}
          <GridItem>
            <Section title="Runs">
              {job.runs.length ? (
                <DataTable label="Runs" columns={runColumns} rows={job.runs} rowKey={(run) => run.id} />
              ) : (
                <Alert
                  variant="info"
                  isInline
                  isPlain
                  component="p"
                  title="Saved, and not started. Nothing happens before “Start”."
                />
              )}
            </Section>
          </GridItem>
          <JobContents job={job} />
        </Grid>
      </PageSection>
    </>
  );
}

function JobContents({ job }: { job: JobDetails }) {
  const { options } = job;
  return (
    <>
      <GridItem lg={4}>
        <Facts title="Job">
          <Term name="Work">{workWords(job.work).noun}</Term>
          <Term name="Owner">{job.owner}</Term>
          <Term name="Created">
            <When at={job.createdAt} />
          </Term>
          <Term name="Removals">{options.allowRemovals ? "allowed" : "refused"}</Term>
          <Term name="After a failed patch">{options.continueOnPatchFailure ? "go on with the rest" : "stop"}</Term>
          <Term name="Restart">{options.suppressReboots ? "not ordered" : "ordered when needed"}</Term>
          <Term name="Dry runs">
            {job.dryRuns.length === 0
              ? "none"
              : job.dryRuns.map((one) => (
                  <div key={one.id}>
                    <Link to={`/jobs/${job.id}?dryRun=${one.id}`}>
                      <When at={one.createdAt} />
                    </Link>
                  </div>
                ))}
          </Term>
        </Facts>
      </GridItem>
      <GridItem lg={4}>
        <Section title={`Assets (${job.assets.length})`}>
          <ul className="ft-scroll-list">
            {job.assets.map((asset) => (
              <li key={asset.id}>
                <Link to={`/assets/${asset.id}`}>{asset.name}</Link>
              </li>
            ))}
          </ul>
        </Section>
      </GridItem>
      <GridItem lg={4}>
        <Section title={`Patches (${job.patches.length})`}>
          <ul className="ft-scroll-list">
            {job.patches.map((patch) => (
              <li key={patch.id}>
                <Link to={`/patches/${patch.id}`}>{patch.title}</Link>
              </li>
            ))}
          </ul>
        </Section>
      </GridItem>
    </>
  );
}
