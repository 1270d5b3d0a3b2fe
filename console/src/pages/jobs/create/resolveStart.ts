import { request } from "../../../api/client";
import type { AssetDetails, AssetPatchRow, FindingStatus, Page, PatchAssetRow, PatchDetails } from "../../../api/types";
import type { Chosen, JobStart } from "../jobLink";
import type { ChosenAsset, ChosenPatch } from "./draft";

/** The most that one answer of the API holds. */
const most = 1000;

export type FoundPatch = ChosenPatch & {
  isSecurity: boolean;
  cves: string[] | null;
  isLatest: boolean;
  /** On how many of the chosen assets. */
  on: number;
  obstacles: string[];
};

/** Turns the wizard's address into the assets and patches that it names or implies. */
export async function resolveStart(start: JobStart): Promise<{ assets: ChosenAsset[]; patches: ChosenPatch[] }> {
  const status = start.work === "Install" ? "Missing" : "Installed";
  const patches = Array.isArray(start.patches) ? await named(start.patches, patchTitle) : null;
  const assets = Array.isArray(start.assets)
    ? await named(start.assets, assetName)
    : await assetsWith(
        (patches ?? []).map(({ id }) => id),
        status,
      );
  return { assets, patches: patches ?? (await impliedPatches(assets, start.patches, status)) };
}

/** Patches with this status on any of the assets. */
export async function patchesOn(assetIds: string[], status: FindingStatus): Promise<FoundPatch[]> {
  const pages = await Promise.all(
    assetIds.map((id) =>
      request<Page<AssetPatchRow>>("GET", `/v1/assets/${id}/patches`, { query: { status, limit: most } }),
    ),
  );
  const found = new Map<string, FoundPatch>();
  for (const row of pages.flatMap(({ items }) => items)) {
    const { id, title, isSecurity, cves, isLatest } = row;
    const known = found.get(id) ?? { id, title, isSecurity, cves, isLatest: false, on: 0, obstacles: [] };
    known.on += 1;
    known.isLatest ||= isLatest;
    if (row.obstacle && !known.obstacles.includes(row.obstacle)) known.obstacles.push(row.obstacle);
    found.set(id, known);
  }
  return [...found.values()].sort(bySecurityThenTitle);
}

const bySecurityThenTitle = (a: FoundPatch, b: FoundPatch) =>
  Number(b.isSecurity) - Number(a.isSecurity) || a.title.localeCompare(b.title);

async function impliedPatches(assets: ChosenAsset[], chosen: Chosen, status: FindingStatus): Promise<ChosenPatch[]> {
  const found = await patchesOn(
    assets.map(({ id }) => id),
    status,
  );
  // A superseded patch brings nothing that its successor does not.
  return found
    .filter((patch) => patch.isLatest && (chosen !== "security" || patch.isSecurity))
    .map(({ id, title }) => ({ id, title }));
}

async function assetsWith(patchIds: string[], status: FindingStatus): Promise<ChosenAsset[]> {
  const pages = await Promise.all(
    patchIds.map((id) =>
      request<Page<PatchAssetRow>>("GET", `/v1/patches/${id}/assets`, { query: { status, limit: most } }),
    ),
  );
  const assets = pages.flatMap(({ items }) => items.map(({ asset }) => [asset.id, asset.name] as const));
  return [...new Map(assets)].map(([id, name]) => ({ id, name }));
}

const named = <T>(ids: string[], read: (id: string) => Promise<T>) => Promise.all(ids.map(read));

async function assetName(id: string): Promise<ChosenAsset> {
  const { name } = await request<AssetDetails>("GET", `/v1/assets/${id}`);
  return { id, name };
}

async function patchTitle(id: string): Promise<ChosenPatch> {
  const { title } = await request<PatchDetails>("GET", `/v1/patches/${id}`);
  return { id, title };
}
