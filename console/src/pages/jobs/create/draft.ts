import type { JobDraft, JobOptions, Work } from "../../../api/types";
import { counted } from "../../../format/count";
import { workWords } from "../../../format/words";

export type ChosenAsset = { id: string; name: string };
export type ChosenPatch = { id: string; title: string };

/** What the wizard has gathered so far. */
export type Draft = {
  /** Empty: `suggestedName` is used. */
  name: string;
  description: string;
  work: Work;
  assets: ChosenAsset[];
  patches: ChosenPatch[];
  options: JobOptions;
};

/** As the server has them when a job says nothing. */
export const usualOptions: JobOptions = { allowRemovals: false, continueOnPatchFailure: true, suppressReboots: true };

/** A name that says what the job does: `Install 3 patches on web-01`. */
export function suggestedName({ work, assets, patches }: Draft): string {
  const { verb } = workWords(work);
  const what = patches.length === 1 && patches[0] ? patches[0].title : counted(patches.length, "patch", "patches");
  const where = assets.length === 1 && assets[0] ? assets[0].name : counted(assets.length, "asset");
  const preposition = work === "Install" ? "on" : "from";
  return patches.length === 0 || assets.length === 0
    ? `${verb} patches`
    : `${verb} ${what} ${preposition} ${where}`.slice(0, 255);
}

export function toJobDraft(draft: Draft): JobDraft {
  return {
    name: draft.name.trim() || suggestedName(draft),
    description: draft.description.trim(),
    work: draft.work,
    assets: draft.assets.map(({ id }) => id),
    patches: draft.patches.map(({ id }) => id),
    options: draft.options,
  };
}

/** Equal for two drafts whose dry runs would be the same. */
export function planKey(draft: Draft): string {
  const { work, assets, patches, options } = toJobDraft(draft);
  return JSON.stringify([work, assets.toSorted(), patches.toSorted(), options]);
}
