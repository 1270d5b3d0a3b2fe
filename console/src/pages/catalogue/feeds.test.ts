import { expect, test } from "vitest";
import { feedText, nounText, recordsText, syncedPercent } from "./feeds";

test("feeds and nouns are told in words", () => {
  expect(feedText("debian-dsa")).toBe("Debian advisories (DSA)");
  expect(feedText("later")).toBe("later");
  expect(["releaseLines", "patches"].map(nounText)).toEqual(["release lines", "patches"]);
});

test("a feed in pages is measured by its records, another by its bytes", () => {
  const paged = { bytes: 10, bytesOf: 10, records: 42_000, recordsOf: 315_044 };
  expect([syncedPercent(paged), recordsText(paged)]).toEqual([13, "42,000 of 315,044 records"]);
  const whole = { bytes: 900, bytesOf: 1_500, records: null, recordsOf: null };
  expect([syncedPercent(whole), recordsText(whole)]).toEqual([60, null]);
  const first = { bytes: 5, bytesOf: 10, records: 0, recordsOf: null };
  expect([syncedPercent(first), recordsText(first)]).toEqual([null, null]);
});
