import { ApiError, request } from "../../../api/client";
import { everything, type Question } from "../../../api/queries";
import type {
  About,
  AssetDetails,
  AssetPatchRow,
  AssetRow,
  FindingStatus,
  Page,
  PatchAssetRow,
  PatchDetails,
  PatchRow,
} from "../../../api/types";
import { withTerm } from "../../../query/terms";
import { type Chosen, isQuestion, type JobStart } from "../jobLink";
import type { ChosenAsset, ChosenPatch } from "./draft";

/** The most that one answer of the API holds. */
const most = 1000;
/** Patches that one job takes. */
const mostPatches = 2000;

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
  const patches = await chosenPatches(start.patches);
  const assets = await chosenAssets(start, patches ?? [], status);
  return { assets, patches: patches ?? (await impliedPatches(assets, start.patches, status)) };
}

async function chosenPatches(chosen: Chosen): Promise<ChosenPatch[] | null> {
  if (Array.isArray(chosen)) return named(chosen, patchTitle);
  if (!isQuestion(chosen)) return null;
  const { rows, total } = await everything<PatchRow>("patch", chosen, mostPatches);
  if (total > mostPatches) {
    const message = `The query finds ${total} patches, and a job takes ${mostPatches}.`;
    throw new ApiError(400, { code: "TOO_MANY_PATCHES", message });
  }
  return rows.map(({ id, title }) => ({ id, title }));
}

function chosenAssets(start: JobStart, patches: ChosenPatch[], status: FindingStatus): Promise<ChosenAsset[]> {
  if (Array.isArray(start.assets)) return named(start.assets, assetName);
  if (isQuestion(start.assets)) return assetsOf(start.assets);
  // The assets of many patches are one question, not one for each.
  if (isQuestion(start.patches)) return assetsOf(lacking(start.patches, status));
  return assetsWith(
    patches.map(({ id }) => id),
    status,
  );
}

/** Assets of which the second query holds, with such a finding of a patch of which the first one does. */
const lacking = ({ query, havingQuery, tz }: Question, status: FindingStatus): Question => ({
  query: havingQuery,
  havingQuery: withTerm(query, `patchStatus:${status}`),
  tz,
});

/** As many as one job takes; more are refused before the wizard begins. */
async function assetsOf(asked: Question): Promise<ChosenAsset[]> {
  const { maxJobAssets } = await request<About>("GET", "/v1/about");
  const { rows, total } = await everything<AssetRow>("asset", asked, maxJobAssets);
  if (total > maxJobAssets) {
    const message = `The query finds ${total} assets, and a job takes ${maxJobAssets}.`;
    throw new ApiError(400, { code: "TOO_MANY_ASSETS", message });
  }
  return rows.map(({ id, name }) => ({ id, name }));
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
