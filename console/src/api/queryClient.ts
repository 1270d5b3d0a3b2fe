import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";

/** Keys of what is not a resource of the API. */
export const sessionKey = ["/v1/session"] as const;
export const startingKey = ["index-starting"] as const;

const isStarting = (error: unknown): error is ApiError => error instanceof ApiError && error.code === "INDEX_STARTING";

/** Reads are tried again only when that can help: no answer, or the index still loads. */
function shouldRetry(failures: number, error: unknown): boolean {
  if (isStarting(error)) {
    queryClient.setQueryData(startingKey, error.progress ?? 0);
    return true;
  }
  return error instanceof ApiError && (error.status === 0 || error.status === 503) && failures < 2;
}

function signedOut(error: unknown) {
  // A null session makes the shell send the person to the sign-in page, and back afterwards.
  if (error instanceof ApiError && error.status === 401) queryClient.setQueryData(sessionKey, null);
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: signedOut,
    onSuccess: (_data, query) => {
      if (query.queryKey[0] === sessionKey[0] || query.queryKey[0] === "/v1/about") return;
      if (queryClient.getQueryData(startingKey) != null) queryClient.setQueryData(startingKey, null);
    },
  }),
  mutationCache: new MutationCache({ onError: signedOut }),
  defaultOptions: {
    queries: { retry: shouldRetry, retryDelay: 1000, staleTime: 2000 },
    mutations: { retry: false },
  },
});
