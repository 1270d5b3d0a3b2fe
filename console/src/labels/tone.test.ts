import { expect, it } from "vitest";
import { countTones, toneOf } from "./tone";

it("sums states by what they mean, good ones first, and leaves out what is not there", () => {
  expect(countTones({ Failed: 1, Completed: 3, Downloading: 2, Verifying: 1, Skipped: 0 })).toEqual([
    { tone: "good", count: 3 },
    { tone: "bad", count: 1 },
    { tone: "active", count: 3 },
  ]);
});

it("treats waiting and not-applicable states as quiet", () => {
  expect(toneOf("Pending")).toBe("quiet");
  expect(toneOf("NotApplicable")).toBe("quiet");
});
