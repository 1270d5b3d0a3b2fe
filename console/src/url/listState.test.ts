import { describe, expect, it } from "vitest";
import { apiQuery, columnSort, isFiltered, parseListState, querySort, withPage, withValues } from "./listState";
import { safeReturn } from "./safeReturn";

const parse = (text: string) => parseListState(new URLSearchParams(text), ["scanStatus", "missing"]);

describe("the address of a list", () => {
  it("sorts in the words of the query language where the list has one", () => {
    expect([querySort(""), querySort("time"), querySort("-time")]).toEqual(["", "time", "time:desc"]);
    expect(["", "time", "time:desc,name"].map(columnSort)).toEqual(["", "time", "-time"]);
  });

  it("holds search, sort, page size and the filters the list knows", () => {
    expect(parse("search=web&sort=-name&limit=20&scanStatus=Failed&unknown=1")).toEqual({
      search: "web",
      sort: "-name",
      limit: 20,
      after: "",
      page: 1,
      filters: { scanStatus: "Failed" },
    });
  });

  it("falls back to the usual page size for one that is not offered", () => {
    expect(parse("limit=7").limit).toBe(50);
    expect(parse("limit=x").limit).toBe(50);
  });

  it("shows page 1 without a cursor, whatever the number says", () => {
    expect(parse("page=4").page).toBe(1);
    expect(parse("page=4&after=abc").page).toBe(4);
    expect(parse("page=-2&after=abc").page).toBe(1);
  });

  it("becomes the API's query, where the page's own values win", () => {
    expect(apiQuery(parse("search=a&missing=yes"), { missing: "no" })).toMatchObject({ search: "a", missing: "no" });
  });

  it("goes back to the first page when anything else changes", () => {
    const params = new URLSearchParams("search=a&after=c2&page=3");
    expect(withValues(params, { sort: "name", search: "" }).toString()).toBe("sort=name");
    expect(withPage(params, "c3", 4).toString()).toBe("search=a&after=c3&page=4");
    expect(withPage(params, "", 1).toString()).toBe("search=a");
  });

  it("names what is not usual, also that nothing is asked", () => {
    const usual = { query: "isHidden:false" };
    const query = (text: string) => parseListState(new URLSearchParams(text), ["query"], usual).filters.query;
    expect([query(""), query("query="), query("query=a")]).toEqual(["isHidden:false", undefined, "a"]);
    const named = (query: string) => withValues(new URLSearchParams("query=a"), { query }, usual).toString();
    expect([named("isHidden:false"), named(""), named("b")]).toEqual(["", "query=", "query=b"]);
  });

  it("knows whether anything narrows the list", () => {
    expect(isFiltered(parse("sort=name&limit=20"))).toBe(false);
    expect(isFiltered(parse("missing=yes"))).toBe(true);
  });
});

describe("the way back after signing in", () => {
  it("leads only to this console", () => {
    expect(safeReturn("/assets?search=a")).toBe("/assets?search=a");
    expect(safeReturn("https://example.org/")).toBe("/");
    expect(safeReturn("//example.org")).toBe("/");
    expect(safeReturn("/\\example.org")).toBe("/");
    expect(safeReturn("/sign-in?return=/")).toBe("/");
    expect(safeReturn(null)).toBe("/");
  });
});
