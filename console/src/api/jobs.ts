import { type Query, request } from "./client";
import { useList, useRead, useWrite } from "./hooks";
import type {
  DeploymentDetails,
  DeploymentRow,
  DryRun,
  JobDetails,
  JobDraft,
  JobRow,
  Page,
  RunDetails,
  RunRow,
} from "./types";

const touched = ["/v1/jobs", "/v1/runs", "/v1/assets"];
/** Milliseconds between two looks at work that is going on. */
const live = 1000;

export const isRunActive = (run: { state: string } | null | undefined) =>
  run?.state === "Published" || run?.state === "Running";

export const useJobs = (query: Query) =>
  useList<Page<JobRow>>("/v1/jobs", query, {
    refetchInterval: (result) =>
      result.state.data?.items.some((job) => isRunActive(job.lastRun)) ? live * 2 : live * 15,
  });

export const useJob = (id: string) =>
  useRead<JobDetails>(`/v1/jobs/${id}`, undefined, {
    refetchInterval: (result) => (result.state.data?.runs.some(isRunActive) ? live : false),
  });

export const useRun = (id: string) =>
  useRead<RunDetails>(`/v1/runs/${id}`, undefined, {
    refetchInterval: (result) => (isRunActive(result.state.data) ? live : false),
  });

export const useRunDeployments = (id: string, query: Query, active: boolean) =>
  useList<Page<DeploymentRow>>(`/v1/runs/${id}/deployments`, query, {
    // The run is told to have ended before the rows were last read: they are asked for until they show it too.
    refetchInterval: (result) => (active || result.state.data?.items.some((one) => !one.endedAt) ? live : false),
  });

/** The end of the logs comes after the end of the work. */
const isTold = (deployment: DeploymentDetails | undefined) =>
  Boolean(deployment?.endedAt) && deployment?.logs.every((log) => log.complete) === true;

export const useDeployment = (id: string) =>
  useRead<DeploymentDetails>(`/v1/deployments/${id}`, undefined, {
    refetchInterval: (result) => (isTold(result.state.data) ? false : live),
  });

export const useDryRun = (id: string | null) =>
  useRead<DryRun>(`/v1/dry-runs/${id}`, undefined, {
    enabled: id !== null,
    refetchInterval: (result) => (result.state.data?.state === "Finished" ? false : live),
  });

export const useStartDryRun = () => useWrite((body: JobDraft) => request<DryRun>("POST", "/v1/dry-runs", { body }), []);

export const useCreateJob = () =>
  useWrite((body: JobDraft & { enable: boolean }) => request<JobDetails>("POST", "/v1/jobs", { body }), touched);

export const useEnableJob = () =>
  useWrite((id: string) => request<JobDetails>("POST", `/v1/jobs/${id}/enable`, { body: {} }), touched);

export const useCloneJob = () =>
  useWrite((id: string) => request<JobDetails>("POST", `/v1/jobs/${id}/clone`, { body: {} }), touched);

export const useDeleteJob = () => useWrite((id: string) => request<void>("DELETE", `/v1/jobs/${id}`), ["/v1/jobs"]);

export const useCancelRun = () =>
  useWrite(
    (id: string) => request<RunRow>("POST", `/v1/runs/${id}/cancel`, { body: {} }),
    touched.concat("/v1/deployments"),
  );

export const useJobDryRun = () =>
  useWrite((id: string) => request<DryRun>("POST", `/v1/jobs/${id}/dry-runs`, { body: {} }), ["/v1/jobs"]);
