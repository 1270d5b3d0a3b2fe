import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, request } from "./client";
import { useRead, useWrite } from "./hooks";
import { sessionKey } from "./queryClient";
import type { About, CreatedToken, Items, Session, SetupRequest, Token } from "./types";

export const useAbout = () => useRead<About>("/v1/about", undefined, { staleTime: 60_000 });

/** The signed-in person; `null` when nobody is. */
export function useSession() {
  return useQuery<Session | null, ApiError>({
    queryKey: sessionKey,
    queryFn: () =>
      request<Session>("GET", "/v1/session").catch((error) => {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }),
    staleTime: 60_000,
  });
}

export function useSignIn() {
  const client = useQueryClient();
  return useWrite(async (input: { username: string; password: string }) => {
    const session = await request<Session>("POST", "/v1/session", { body: input });
    client.setQueryData(sessionKey, session);
    return session;
  }, []);
}

export function useSetup() {
  const client = useQueryClient();
  return useWrite(
    async (input: SetupRequest) => {
      const session = await request<Session>("POST", "/v1/setup", { body: input });
      client.setQueryData(sessionKey, session);
      return session;
    },
    ["/v1/about"],
  );
}

export function useSignOut() {
  const client = useQueryClient();
  return useWrite(async () => {
    await request<void>("DELETE", "/v1/session");
    client.clear();
    client.setQueryData(sessionKey, null);
  }, []);
}

export const useTokens = () => useRead<Items<Token>>("/v1/tokens");
export const useCreateToken = () =>
  useWrite(
    (body: { name: string; days: number }) => request<CreatedToken>("POST", "/v1/tokens", { body }),
    ["/v1/tokens"],
  );
export const useRevokeToken = () =>
  useWrite((id: string) => request<void>("DELETE", `/v1/tokens/${id}`), ["/v1/tokens"]);
