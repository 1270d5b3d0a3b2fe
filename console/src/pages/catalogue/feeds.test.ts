import { expect, test } from "vitest";
import { feedText, nounText } from "./feeds";

test("feeds and nouns are told in words", () => {
  expect(feedText("debian-dsa")).toBe("Debian advisories (DSA)");
  expect(feedText("later")).toBe("later");
  expect(["releaseLines", "patches"].map(nounText)).toEqual(["release lines", "patches"]);
});
