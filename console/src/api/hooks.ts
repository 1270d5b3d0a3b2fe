import { keepPreviousData, type UseQueryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiError, type Query, request } from "./client";

type Options<T> = Pick<UseQueryOptions<T, ApiError>, "enabled" | "refetchInterval" | "staleTime">;

/** Reads one resource. The key is path and query, so that equal reads share one answer. */
export function useRead<T>(path: string, query?: Query, options: Options<T> = {}) {
  return useQuery<T, ApiError>({
    queryKey: query ? [path, query] : [path],
    queryFn: () => request<T>("GET", path, query ? { query } : {}),
    ...options,
  });
}

/** Reads one page of a list; while the next page loads the last one stays on the screen. */
export function useList<T>(path: string, query: Query, options: Options<T> = {}) {
  return useQuery<T, ApiError>({
    queryKey: [path, query],
    queryFn: ({ signal }) => request<T>("GET", path, { query, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
    ...options,
  });
}

/** A write; afterwards every read whose path begins with one of `touches` is fetched again. */
export function useWrite<Input, Output>(write: (input: Input) => Promise<Output>, touches: string[]) {
  const client = useQueryClient();
  return useMutation<Output, ApiError, Input>({
    mutationFn: write,
    onSuccess: () =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => touches.some((prefix) => String(queryKey[0]).startsWith(prefix)),
      }),
  });
}
