import { describe, expect, it } from "vitest";
import { dateTerm, oneOf, partsOf, termOf, valuesOf, withOneOf, withTerm, withValues, written } from "./terms";
// Read by a test of `crates/qql` too: what is written here has to mean the value to the parser, and no other.
import cases from "./written.json";

const values = cases.map(({ value }) => value);

describe("values in a query", () => {
  it.each(cases)("$kind $value is written $written", (one) => {
    expect(written(one.value, one.kind)).toBe(one.written);
  });

  it.each(cases)("$kind $value is read back", ({ kind, value }) => {
    const term = termOf("t.x", kind, [value]);
    expect(partsOf(`${term} and name:x`)).toEqual([term, "name:x"]);
    expect(valuesOf(`name:x and ${term}`, "t.x", kind)).toEqual([value]);
  });

  it("are read back from a list, with those that have none", () => {
    for (const kind of ["keyword", "text"]) {
      expect(valuesOf(termOf("t", kind, values), "t", kind)).toEqual(values);
      expect(valuesOf(termOf("t", kind, [null, ...values]), "t", kind)).toEqual([null, ...values]);
    }
    expect(termOf("t", "keyword", [null])).toBe("t is null");
    expect(termOf("t", "keyword", [null, "a"])).toBe("(t is null or t:a)");
    expect(valuesOf("t IS  null", "t", "keyword")).toEqual([null]);
  });

  it("are those that people write too, but no patterns and ranges", () => {
    expect(valuesOf("osFamily : [ Debian , 'Red Hat' ]", "osFamily", "keyword")).toEqual(["Debian", "Red Hat"]);
    expect(valuesOf("osFamily=Debian", "osFamily", "keyword")).toEqual(["Debian"]);
    for (const text of ["t:we*", "t:[1 .. 9]", "t>5", "t:>5", "t:(a:b)", "not t:a", "x:a"]) {
      expect(valuesOf(text, "t", "keyword")).toEqual([]);
    }
    expect(valuesOf("t:Debian", "t", "text"), "a word of it is not the whole").toEqual([]);
  });
});

describe("the parts of a query", () => {
  it("are joined by `and` at the top level", () => {
    expect(partsOf("")).toEqual([]);
    expect(partsOf("a:1 AND not (b:2 and c:3)and d:[1 .. 2)")).toEqual(["a:1", "not (b:2 and c:3)", "d:[1 .. 2)"]);
    expect(partsOf('name:"x and y" and z')).toEqual(['name:"x and y"', "z"]);
    expect(partsOf("name:O'Brien and b:it's")).toEqual(["name:O'Brien", "b:it's"]);
    expect(partsOf("command:and and and:x")).toEqual(["command:and", "and:x"]);
  });

  it("are one where `or` joins them", () => {
    expect(partsOf("a:1 or b:2 and c:3")).toEqual(["(a:1 or b:2 and c:3)"]);
    expect(withTerm("a:1 or b:2", "c:3")).toBe("(a:1 or b:2) and c:3");
  });

  it("are not known while a quote or bracket is open", () => {
    expect(partsOf('name:"x and y')).toBeNull();
    expect(partsOf("(a:1 and b:2")).toBeNull();
    expect(partsOf("a:1)")).toBeNull();
  });

  it("stand once", () => {
    expect(withTerm("a:1 and b:2", "b:2")).toBe("a:1 and b:2");
    expect(withTerm("", "b:2")).toBe("b:2");
  });

  it("are changed in their place", () => {
    expect(withValues("a:1 and t:x and b:2", "t", "keyword", ["x", "y z"])).toBe('a:1 and t:[x,"y z"] and b:2');
    expect(withValues("a:1 and t:x and b:2", "t", "keyword", [])).toBe("a:1 and b:2");
    expect(withValues("t:x", "t", "keyword", [])).toBe("");
    expect(withValues("a:1 or b:2", "t", "keyword", ["x"])).toBe("(a:1 or b:2) and t:x");
    expect(withValues("a:1", "t", "keyword", [])).toBe("a:1");
  });

  it("hold one of several terms", () => {
    const scores = ["cvss>=9", "cvss>=7"];
    expect(oneOf("a:1 and cvss>=7", scores)).toBe("cvss>=7");
    expect(oneOf("cvss>=7 or a:1", scores)).toBeUndefined();
    expect(withOneOf("cvss>=7 and a:1", scores, "cvss>=9")).toBe("a:1 and cvss>=9");
    expect(withOneOf("cvss>=7 and a:1", scores, "")).toBe("a:1");
  });
});

it("a group of dates is a span", () => {
  expect(dateTerm("created", "2026-05-04", "day")).toBe("created:2026-05-04");
  expect(dateTerm("created", "2026-12-28", "week")).toBe("created:[2026-12-28 .. 2027-01-03]");
  expect(dateTerm("created", "2026-05-01", "month")).toBe("created:2026-05");
  expect(dateTerm("created", "2026-10-01", "quarter")).toBe("created:[2026-10 .. 2026-12]");
  expect(dateTerm("created", "2026-01-01", "year")).toBe("created:2026");
});
