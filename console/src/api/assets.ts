import { type Query, request } from "./client";
import { useList, useRead, useWrite } from "./hooks";
import { everything, type Question, queryPaths } from "./queries";
import type {
  AssetDetails,
  AssetPatchRow,
  AssetRow,
  DeploymentRow,
  Explanation,
  Items,
  Overview,
  Page,
  SoftwareRow,
} from "./types";

const assetLists = ["/v1/assets", queryPaths.asset];
/** The most that one answer of the API holds. */
const most = 1000;
const idOf = ({ id }: AssetRow) => id;

export const useOverview = () => useRead<Overview>("/v1/overview", undefined, { refetchInterval: 10_000 });

export const useAssets = (query: Query, enabled = true) => useList<Page<AssetRow>>("/v1/assets", query, { enabled });

export const useAsset = (id: string) =>
  useRead<AssetDetails>(`/v1/assets/${id}`, undefined, {
    // A running scan is followed closely; otherwise the page keeps up with check-ins.
    refetchInterval: (query) => (query.state.data?.scanStatus === "Scanning" ? 1500 : 10_000),
  });

export const useSoftware = (id: string, query: Query) => useList<Page<SoftwareRow>>(`/v1/assets/${id}/software`, query);

export const useAssetPatches = (id: string, query: Query) =>
  useList<Page<AssetPatchRow>>(`/v1/assets/${id}/patches`, query);

export const useAssetDeployments = (id: string) =>
  useRead<Items<DeploymentRow>>(`/v1/assets/${id}/deployments`, undefined, { refetchInterval: 5000 });

export const useExplanation = (assetId: string, patchId: string) =>
  useRead<Explanation>(`/v1/assets/${assetId}/patches/${patchId}/explain`);

/** Asks each asset, or each that a query finds, for a scan now; the answer is the number asked. */
export const useScanNow = () =>
  useWrite(
    async (assets: string[] | Question) => {
      const ids = Array.isArray(assets) ? assets : (await everything<AssetRow>("asset", assets, most)).rows.map(idOf);
      await Promise.all(ids.map((id) => request("POST", `/v1/assets/${id}/scan`, { body: {} })));
      return ids.length;
    },
    [...assetLists, "/v1/overview"],
  );

export const useRetireAsset = () =>
  useWrite((id: string) => request<void>("DELETE", `/v1/assets/${id}`), [...assetLists, "/v1/overview"]);
