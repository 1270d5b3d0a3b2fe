import { describe, expect, it } from "vitest";
import type { SavedSearch } from "../api/savedSearches";
import { moved } from "../table/useColumns";
import { isChanged, searchOf, valuesOfSearch } from "./search";
import { shownValue } from "./shownValue";

const saved: SavedSearch = {
  id: "s1",
  entity: "asset",
  name: "Web",
  description: "",
  query: "name:web*",
  havingQuery: "",
  tz: "Europe/Oslo",
  sort: "name:desc",
  groupBy: "",
  interval: "",
  columns: ["name", "osFamily"],
  isShared: true,
  owner: "ada",
  isMine: true,
  isDefault: true,
  problem: null,
  createdAt: "",
  changedAt: "",
};

describe("a saved search", () => {
  it("is an address with its zone, and nothing of the look before it", () => {
    expect(valuesOfSearch(saved)).toEqual({
      query: "name:web*",
      havingQuery: "",
      tz: "Europe/Oslo",
      sort: "name:desc",
      groupBy: "",
      interval: "",
      groups: "",
      columns: "name,osFamily",
      saved: "s1",
    });
  });

  it("is kept again as it was, without what the server adds", () => {
    const { id, entity, owner, isMine, isDefault, problem, createdAt, changedAt, ...search } = saved;
    expect(searchOf(saved)).toEqual(search);
  });

  it("is another one when it asks something else, whatever its columns are", () => {
    const look = searchOf(saved);
    expect(isChanged(look, saved)).toBe(false);
    expect(isChanged({ ...look, columns: [] }, saved)).toBe(false);
    expect(isChanged({ ...look, tz: "UTC" }, saved)).toBe(true);
    expect(isChanged({ ...look, groupBy: "osFamily" }, saved)).toBe(true);
    const grouped = { ...saved, groupBy: "created", interval: "month" };
    expect(isChanged({ ...look, groupBy: "created", interval: "year" }, grouped)).toBe(true);
  });
});

it("a column changes places with its neighbour, and stays at the ends", () => {
  expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], "b", 1)).toEqual(["a", "c", "b"]);
  expect(moved(["a", "b"], "a", -1)).toEqual(["a", "b"]);
  expect(moved(["a", "b"], "b", 1)).toEqual(["a", "b"]);
});

it("values of groups are shown in words", () => {
  expect(shownValue(null, "text")).toBe("No value");
  expect([shownValue("true", "bool"), shownValue("true", "keyword")]).toEqual(["Yes", "true"]);
  expect(shownValue("2026-10-01", "date", "quarter")).toBe("2026, quarter 4");
  expect(shownValue("2026-11-23", "date", "week")).toBe("Week of 2026-11-23");
  expect(shownValue("2026-11-01", "date", "month")).toBe("2026-11");
});
