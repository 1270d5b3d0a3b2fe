import { expect, it } from "vitest";
import { type Draft, planKey, suggestedName, toJobDraft, usualOptions } from "./draft";

const draft: Draft = {
  name: "",
  description: "",
  work: "Install",
  assets: [{ id: "a1", name: "web-01" }],
  patches: [
    { id: "p1", title: "openssl 3.0.18" },
    { id: "p2", title: "curl 7.88.1" },
  ],
  options: usualOptions,
};

it("names the job by what it does", () => {
  expect(suggestedName(draft)).toBe("Install 2 patches on web-01");
  expect(suggestedName({ ...draft, work: "Rollback", patches: draft.patches.slice(0, 1) })).toBe(
    "Uninstall openssl 3.0.18 from web-01",
  );
  expect(suggestedName({ ...draft, assets: [] })).toBe("Install patches");
  expect(toJobDraft(draft).name).toBe("Install 2 patches on web-01");
  expect(toJobDraft({ ...draft, name: " Friday " }).name).toBe("Friday");
});

it("asks for a new dry run only when the plan changes", () => {
  expect(planKey({ ...draft, name: "Friday", patches: draft.patches.toReversed() })).toBe(planKey(draft));
  expect(planKey({ ...draft, options: { ...usualOptions, allowRemovals: true } })).not.toBe(planKey(draft));
  expect(planKey({ ...draft, work: "Rollback" })).not.toBe(planKey(draft));
});
