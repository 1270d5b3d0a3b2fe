import { expect, it } from "vitest";
import { jobLink, parseJobStart } from "./jobLink";

const read = (link: string) => parseJobStart(new URL(link, "http://localhost").searchParams);

it("carries a choice through the address", () => {
  const start = { work: "Rollback" as const, assets: ["a", "b"], patches: ["p"] };
  expect(jobLink(start)).toBe("/jobs/new?work=Rollback&assets=a,b&patches=p");
  expect(read(jobLink(start))).toEqual(start);
});

it("carries what one list implies for the other", () => {
  const start = { work: "Install" as const, assets: ["a"], patches: "security" as const };
  expect(read(jobLink(start))).toEqual(start);
});

it("carries a query", () => {
  const assets = { query: 'name:"a & b" and x', havingQuery: "", tz: "Europe/Oslo" };
  const start = { work: "Install" as const, assets, patches: "missing" as const };
  expect(read(jobLink(start))).toEqual(start);
});

it("begins empty, as an installation", () => {
  expect(read("/jobs/new")).toEqual({ work: "Install", assets: [], patches: [] });
  expect(read("/jobs/new?work=nonsense&assets=,")).toEqual({ work: "Install", assets: [], patches: [] });
});
