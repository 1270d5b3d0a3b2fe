import { describe, expect, it } from "vitest";
import type { QueryError } from "../api/client";
import { mended, spanOf, toCharacters, toUnits } from "./places";
import { wordsOf } from "./words";

const error = (code: string, offset: number, length: number): QueryError => ({
  code,
  offset,
  length,
  message: "",
  suggestions: [],
  caret: "",
});

describe("places in a query", () => {
  it("are characters for the server and UTF-16 units for the browser", () => {
    const text = "name:😀 and x";
    expect(toUnits(text, 6)).toBe(7);
    expect(toCharacters(text, 7)).toBe(6);
    expect(spanOf(text, { offset: 7, length: 3 })).toEqual({ from: 8, to: 11 });
  });

  it("are mended by what is suggested for them", () => {
    expect(mended("😀 or actoin:x", error("QQL_UNKNOWN_TOKEN", 5, 6), "action")).toBe("😀 or action:x");
    expect(mended("a:1 b:2", error("QQL_MISSING_OPERATOR", 4, 1), "and")).toBe("a:1 and b:2");
    expect(mended("(a:1", error("QQL_UNTERMINATED", 0, 1), ")")).toBe("(a:1)");
  });
});

describe("colours of a query", () => {
  it("tell tokens, signs, words of the language and quoted text apart", () => {
    const text = 'not name:"a and b" or epss>0.1 and cve is null';
    const kinds = wordsOf(text).map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`);
    expect(kinds).toEqual([
      "keyword not",
      "token name",
      "operator :",
      'string "a and b"',
      "keyword or",
      "token epss",
      "operator >",
      "keyword and",
      "token cve",
      "keyword is",
      "keyword null",
    ]);
  });
});
