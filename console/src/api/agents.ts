import { request } from "./client";
import { useRead, useWrite } from "./hooks";
import type { ActivationKey, Items } from "./types";

const path = "/v1/activation-keys";

export const useActivationKeys = (enabled = true) => useRead<Items<ActivationKey>>(path, undefined, { enabled });

export const useCreateKey = () =>
  useWrite(
    (body: { title: string; maxAgents: number | null; expireDate: string | null }) =>
      request<ActivationKey>("POST", path, { body }),
    [path],
  );

export const useEnableKey = () =>
  useWrite(
    (key: { id: string; enabled: boolean }) =>
      request<ActivationKey>("PATCH", `${path}/${key.id}`, { body: { enabled: key.enabled } }),
    [path],
  );

export const useDeleteKey = () => useWrite((id: string) => request<void>("DELETE", `${path}/${id}`), [path]);
