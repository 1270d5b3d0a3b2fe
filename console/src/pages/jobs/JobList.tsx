import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  PageSection,
  ToolbarItem,
} from "@patternfly/react-core";
import { Link, useNavigate } from "react-router";
import { useJobs } from "../../api/jobs";
import type { JobRow } from "../../api/types";
import { words, workWords } from "../../format/words";
import { RunLabel } from "../../labels/RunLabel";
import { When } from "../../labels/When";
import { PageHead } from "../../shell/PageHead";
import type { Column } from "../../table/DataTable";
import { FacetFilter } from "../../table/FacetFilter";
import { ListTable } from "../../table/ListTable";
import { apiQuery } from "../../url/listState";
import { useListState } from "../../url/useListState";
import { StateBar } from "../runs/StateBar";

const columns: Column<JobRow>[] = [
  { key: "name", title: "Name", fixed: true, cell: (job) => <Link to={`/jobs/${job.id}`}>{job.name}</Link> },
  { key: "work", title: "Work", cell: (job) => workWords(job.work).noun },
  { key: "status", title: "Status", cell: (job) => words(job.status) },
  { key: "assets", title: "Assets", numeric: true, cell: (job) => job.assetCount },
  { key: "patches", title: "Patches", numeric: true, cell: (job) => job.patchCount },
  {
    key: "lastRun",
    title: "Last run",
    cell: ({ lastRun }) =>
      lastRun ? (
        <Link to={`/runs/${lastRun.id}`} className="ft-plain-link">
          <RunLabel run={lastRun} /> <When at={lastRun.finishedAt ?? lastRun.publishedAt} />
        </Link>
      ) : (
        <span className="ft-quiet">not yet</span>
      ),
  },
  { key: "progress", title: "Progress", cell: ({ lastRun }) => lastRun && <StateBar counts={lastRun.counts} small /> },
  { key: "owner", title: "Owner", cell: (job) => job.owner },
  { key: "created", title: "Created", cell: (job) => <When at={job.createdAt} /> },
];
const statuses = ["Disabled", "Enabled", "Completed"].map((value) => ({ value, label: value }));

export function JobList() {
  const address = useListState(["status"]);
  const result = useJobs(apiQuery(address));
  const navigate = useNavigate();
  const create = <Button onClick={() => navigate("/jobs/new")}>Create job</Button>;
  return (
    <>
      <PageHead title="Jobs" actions={create} />
      <PageSection isFilled>
        <ListTable
          label="Jobs"
          searchLabel="Search jobs"
          address={address}
          result={result}
          columns={columns}
          rowKey={(job) => job.id}
          filters={
            <ToolbarItem>
              <FacetFilter
                label="Status"
                name="status"
                value={address.filters.status}
                facets={result.data?.facets}
                values={statuses}
                onChange={(status) => address.set({ status })}
              />
            </ToolbarItem>
          }
          empty={
            <EmptyState titleText="No jobs yet" headingLevel="h2">
              <EmptyStateBody>
                A job installs or uninstalls chosen patches on chosen assets. Its dry run shows what would change before
                anything does.
              </EmptyStateBody>
              <EmptyStateFooter>
                <EmptyStateActions>{create}</EmptyStateActions>
              </EmptyStateFooter>
            </EmptyState>
          }
        />
      </PageSection>
    </>
  );
}
