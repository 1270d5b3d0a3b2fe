import { expect, test } from "vitest";
import { letterForLetter, queryLink } from "./queryLink";

test("a title with signs of its own is still one text", () => {
  expect(letterForLetter("Servers")).toBe("`Servers`");
  expect(letterForLetter("C:\\`x`")).toBe("`C:\\\\\\`x\\``");
  expect(queryLink("/assets", `activationKey:${letterForLetter("A & B")}`)).toBe(
    "/assets?query=activationKey%3A%60A+%26+B%60",
  );
});
