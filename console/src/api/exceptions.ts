import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ApiError, type Query, request } from "./client";
import type { ExceptionReach, ExceptionTargets } from "./exceptionTypes";
import { useList, useWrite } from "./hooks";
import type { ExceptionRow, ExceptionState, NewException, Page } from "./types";

const path = "/v1/exceptions";
/** What is overdue changes with an exception. */
const touched = [path, "/v1/patches", "/v1/assets", "/v1/query/", "/v1/overview"];

export const useExceptions = (query: Query) => useList<Page<ExceptionRow>>(path, query);

export const useRequestException = () =>
  useWrite((body: NewException) => request<ExceptionRow>("POST", path, { body }), touched);

/** How much an exception would cover; asked while it is written. */
export const useExceptionReach = (targets: ExceptionTargets, enabled: boolean) =>
  useQuery<ExceptionReach, ApiError>({
    queryKey: [`${path}/preview`, targets],
    queryFn: () => request("POST", `${path}/preview`, { body: targets }),
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: 15_000,
  });

export const useDecideException = () =>
  useWrite(
    ({ id, state }: { id: string; state: ExceptionState }) =>
      request<ExceptionRow>("PATCH", `${path}/${id}`, { body: { state } }),
    touched,
  );
