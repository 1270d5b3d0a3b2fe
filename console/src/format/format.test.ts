import { describe, expect, it } from "vitest";
import { counted, formatShare, formatShort } from "./count";
import { formatBytes } from "./size";
import { elapsed, formatDuration, relativeTime } from "./time";
import { words } from "./words";

describe("sizes", () => {
  it.each([
    [null, "–"],
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [12_440_000, "12.4 MB"],
    [999_600, "1.0 MB"],
    [3_200_000_000, "3.2 GB"],
  ])("%s is %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe("short numbers", () => {
  it.each([
    [0, "0"],
    [99_999, "99,999"],
    [100_000, "100K"],
    [14_733_882, "14.7M"],
  ])("%s is %s", (count, text) => expect(formatShort(count)).toBe(text));
});

describe("times", () => {
  const now = Date.parse("2026-05-01T12:00:00Z");
  it.each([
    ["2026-05-01T11:59:40Z", "just now"],
    ["2026-05-01T12:00:20Z", "just now"],
    ["2026-05-01T11:57:00Z", "3 minutes ago"],
    ["2026-05-01T09:00:01Z", "2 hours ago"],
    ["2026-04-30T12:00:00Z", "yesterday"],
    ["2026-05-08T12:00:00Z", "in 7 days"],
    ["2025-04-01T00:00:00Z", "last year"],
  ])("%s is %s", (at, text) => expect(relativeTime(at, now)).toBe(text));

  it.each([
    [850, "850 ms"],
    [59_400, "59 s"],
    [59_600, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [7_800_000, "2 h 10 min"],
  ])("%s ms lasts %s", (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

  it("counts on while there is no end, and never below zero", () => {
    expect(elapsed("2026-05-01T11:59:00Z", null, now)).toBe("1 min 00 s");
    expect(elapsed("2026-05-01T12:00:05Z", null, now)).toBe("under 1 s");
    expect(elapsed(null, null, now)).toBe("–");
  });
});

describe("words", () => {
  it("reads names of states and of reasons", () => {
    expect(words("CompletedWithErrors")).toBe("Completed with errors");
    expect(words("HASH_MISMATCH")).toBe("Hash mismatch");
    expect(words("Missing")).toBe("Missing");
  });

  it("counts", () => {
    expect(counted(1, "asset")).toBe("1 asset");
    expect(counted(1204, "asset")).toBe("1,204 assets");
    expect(counted(2, "patch", "patches")).toBe("2 patches");
  });
});

describe("shares", () => {
  it("are never rounded up", () => {
    expect([0, 0.0004, 0.29, 0.99999, 1].map(formatShare)).toEqual([
      "0.00 %",
      "0.04 %",
      "29.00 %",
      "99.99 %",
      "100.00 %",
    ]);
  });
});
