import type { Page } from "@playwright/test";
import { expect, inspect, test } from "./console";

const rows = (page: Page) => page.getByRole("grid", { name: "Assets" }).getByRole("row");
const query = (page: Page) => page.getByRole("textbox", { name: "Query of assets" });
const facet = (page: Page, name: string) =>
  page.getByRole("complementary", { name: "Filters" }).getByRole("group", { name });

test("filters write values into the query, and show which are on", async ({ page, signedIn: _ }) => {
  await page.goto("/assets");
  await expect(rows(page).nth(1)).toBeVisible();
  const families = facet(page, "Family").getByRole("checkbox");
  // The filters come after the rows.
  await expect(families.first()).toBeVisible();
  const names = await facet(page, "Family").locator("label").allTextContents();
  test.skip(names.length < 2, "all assets are of one family");
  await families.first().click();
  await expect(query(page)).toHaveText(`osFamily:${names[0]}`);
  // The others are counted as if the first were not asked for, so that they can be added to it.
  await families.nth(1).click();
  await expect(query(page)).toHaveText(`osFamily:[${names[0]},${names[1]}]`);
  await facet(page, "Patches").getByRole("checkbox", { name: "Missing", exact: true }).click();
  await expect(query(page)).toHaveText(`osFamily:[${names[0]},${names[1]}] and missingPatchCount>0`);
  await inspect(page, "facets");
  await families.first().click();
  await expect(query(page)).toHaveText(`osFamily:${names[1]} and missingPatchCount>0`);
  await page.goBack();
  await expect(families.first()).toBeChecked();
  await facet(page, "Family").getByRole("button", { name: "Clear: Family" }).click();
  await expect(query(page)).toHaveText("missingPatchCount>0");

  await page.getByRole("button", { name: "Filters" }).click();
  await page.reload();
  await expect(rows(page).nth(1)).toBeVisible();
  await expect(page.getByRole("complementary", { name: "Filters" })).toHaveCount(0);
});

test("on a phone filters lie over the list", async ({ page, signedIn: _ }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/assets");
  await expect(page.getByRole("complementary", { name: "Filters" })).toHaveCount(0);
  await page.getByRole("button", { name: "Filters" }).click();
  await facet(page, "Patches").getByRole("checkbox", { name: "Missing", exact: true }).click();
  await expect(page).toHaveURL(/missingPatchCount/);
  await inspect(page, "facets-over");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary", { name: "Filters" })).toHaveCount(0);
});

test("groups are counted, and each leads to what is in it", async ({ page, signedIn: _ }) => {
  await page.goto("/assets");
  await page.getByRole("button", { name: "Group by" }).click();
  await page.getByRole("option", { name: /^operatingSystem/ }).click();
  await expect(page).toHaveURL(/groupBy=operatingSystem/);
  const groups = page.getByRole("grid", { name: "Assets in groups" });
  const first = groups.getByRole("row").nth(1).getByRole("link");
  const name = (await first.first().textContent()) ?? "";
  await page.getByRole("button", { name: "Then by" }).click();
  await page.getByRole("option", { name: /^lastCheckedIn/ }).click();
  await page.getByRole("button", { name: "By value" }).click();
  await expect(page).toHaveURL(/groupOrder=value/);
  await inspect(page, "groups");
  await page.getByRole("button", { name: "Dates by" }).click();
  await page.getByRole("option", { name: "year" }).click();
  await expect(page).toHaveURL(/interval=year/);
  await page.getByRole("button", { name: "Largest first" }).click();
  // Of two levels a value leads to the groups of the other one, and from there to the rows.
  await groups.getByRole("link", { name, exact: true }).first().click();
  await expect(query(page)).toHaveText(`operatingSystem:\`${name}\``);
  await expect(page).toHaveURL(/groupBy=lastCheckedIn(&|$)/);
  await groups.getByRole("row").nth(1).getByRole("link").first().click();
  await expect(query(page)).toHaveText(/ and lastCheckedIn:\d{4}$/);
  await expect(rows(page).nth(1)).toContainText(name);
  await page.goBack();
  await page.goBack();
  await expect(groups).toBeVisible();
});

test("columns are chosen, ordered, kept in the address and remembered", async ({ page, signedIn: _ }) => {
  await page.goto("/assets");
  await page.getByRole("button", { name: "Choose columns" }).click();
  const dialog = page.getByRole("dialog", { name: "Columns" });
  await dialog.getByRole("checkbox", { name: "Address" }).click();
  await dialog.getByRole("checkbox", { name: "Operating system" }).click();
  await dialog.getByRole("button", { name: "Move Address to the front" }).click();
  await inspect(page, "columns");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page).toHaveURL(/columns=/);
  const headings = page.getByRole("columnheader");
  const shown = await headings.allTextContents();
  expect(shown.indexOf("Address")).toBe(shown.length - 2);
  await page.goto("/assets");
  await expect(headings.filter({ hasText: "Address" })).toBeVisible();
  await expect(headings.filter({ hasText: "Operating system" })).toHaveCount(0);
  await page.goto("/assets?columns=operatingSystem");
  await expect(headings).toHaveText(["", "Name", "Operating system"]);
  await page.goto("/assets");
  await page.getByRole("button", { name: "Choose columns" }).click();
  await dialog.getByRole("button", { name: "Usual columns" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(headings.filter({ hasText: "Operating system" })).toBeVisible();
});

test("a search is saved, opened, starred and deleted, and comes back", async ({ page, signedIn: _ }) => {
  const name = `Behind ${Date.now()}`;
  await page.goto("/assets?query=missingPatchCount>0&sort=missingPatchCount:desc&columns=missingPatchCount");
  await page.getByRole("button", { name: "Saved searches" }).click();
  const drawer = page.getByRole("complementary", { name: "Saved searches" });
  await drawer.getByRole("button", { name: "Save this search…" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this search" });
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Description").fill("What lacks patches");
  await inspect(page, "search-save");
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page).toHaveURL(/saved=/);

  await page.goto("/assets");
  await page.getByRole("button", { name: "Saved searches" }).click();
  await inspect(page, "searches");
  await drawer.getByRole("button", { name: `Open the list with ${name}` }).click();
  await expect(drawer.getByRole("button", { name: `Open the list with ${name}` })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await page.goto("/assets");
  await expect(query(page)).toHaveText("missingPatchCount>0");
  await expect(page.getByRole("columnheader")).toHaveText(["", "Name", "Missing"]);

  // What is changed can be saved in its place.
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(page.getByText(`${name}, changed`)).toBeVisible();
  await page.getByRole("button", { name: "Save…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(`${name}, changed`)).toHaveCount(0);

  await page.getByRole("button", { name: "Saved searches" }).click();
  await drawer.getByRole("button", { name: `Delete ${name}` }).click();
  await expect(drawer.getByRole("link", { name })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(drawer.getByRole("link", { name })).toBeVisible();
  await expect(drawer.getByRole("button", { name: `Open the list with ${name}` })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
  await drawer.getByRole("button", { name: `Delete ${name}` }).click();
  await expect(drawer.getByRole("link", { name })).toHaveCount(0);
});

test("a saved search whose token has gone says so under the word", async ({ page, signedIn: _ }) => {
  const search = {
    id: "5ea00999",
    entity: "asset",
    name: "Old",
    description: "",
    query: "nmae:web*",
    havingQuery: "",
    tz: "Europe/Oslo",
    sort: "",
    groupBy: "",
    interval: "",
    columns: [],
    isShared: true,
    owner: "grace",
    isMine: false,
    isDefault: false,
    problem: "the query has 1 error",
    createdAt: "2026-01-01T00:00:00Z",
    changedAt: "2026-01-01T00:00:00Z",
  };
  await page.route("**/v1/saved-searches?*", (route) => route.fulfill({ json: { items: [search] } }));
  await page.goto("/assets");
  await page.getByRole("button", { name: "Saved searches" }).click();
  const drawer = page.getByRole("complementary", { name: "Saved searches" });
  await expect(drawer.getByText("the query has 1 error")).toBeVisible();
  await expect(drawer.getByText("From grace")).toBeVisible();
  const sent = page.waitForRequest(
    (request) => request.url().includes("/v1/query/assets") && request.url().includes("nmae"),
  );
  await drawer.getByRole("link", { name: "Old" }).click();
  expect(new URL((await sent).url()).searchParams.get("tz")).toBe("Europe/Oslo");
  await expect(page.getByText("'nmae' is not a token of asset")).toBeVisible();
  await expect(query(page).locator(".fault")).toHaveText("nmae");
  await expect(page.getByText("Dates in Europe/Oslo")).toBeVisible();
  await inspect(page, "search-refused");
});

test("rows, a page, or all that match are chosen; a job says what it takes", async ({ page, signedIn: _ }) => {
  await page.goto("/assets?limit=20");
  await expect(rows(page).nth(1)).toBeVisible();
  await page.getByRole("checkbox", { name: "Select all rows" }).click();
  const bar = page.getByRole("region", { name: "Selection" });
  const everything = bar.getByRole("button", { name: /^Select all/ });
  test.skip((await everything.count()) === 0, "there is one page alone");
  const text = (await everything.textContent()) ?? "";
  await everything.click();
  await expect(bar.getByRole("status")).toContainText("that match selected");
  expect(text).toContain(((await bar.getByRole("status").textContent()) ?? "").match(/[\d,]+/)?.[0]);
  const install = bar.getByRole("button", { name: "Install missing patches…" });
  await expect(install).toBeDisabled();
  await expect(page.getByText(/A job takes at most \d+ assets/)).toBeVisible();
  await inspect(page, "selection");
  await rows(page).nth(1).getByRole("checkbox").click();
  await expect(bar.getByRole("status")).toContainText("19 assets");
  await bar.getByRole("button", { name: "Clear selection" }).click();
  await expect(bar).toHaveCount(0);
});

test("all that match lead into the wizard as a query", async ({ page, signedIn: _ }) => {
  test.skip(!!process.env.FETTLE_URL, "needs a query that finds more than a page and no more than a job takes");
  await page.goto("/assets?query=osFamily:Debian&limit=20");
  await page.getByRole("checkbox", { name: "Select all rows" }).click();
  const bar = page.getByRole("region", { name: "Selection" });
  await bar.getByRole("button", { name: "Select all 48 assets that match" }).click();
  await bar.getByRole("button", { name: "Install missing patches…" }).click();
  await expect(page).toHaveURL(/\/jobs\/new\?work=Install&assets=query&assets\.query=osFamily%3ADebian/);
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await expect(page.getByText(/^48 assets chosen/)).toBeVisible();
});

test("every row is exported as it is asked, with the shown columns", async ({ page, signedIn: _ }) => {
  await page.goto(
    "/assets?query=missingPatchCount>0&sort=name:desc&columns=fqdn,address,scanDateTime&havingQuery=patchStatus:Missing",
  );
  await page.getByRole("button", { name: "Export" }).click();
  await inspect(page, "export");
  for (const [title, format] of [
    ["CSV", "csv"],
    ["JSON", "json"],
    ["XLSX (Excel)", "xlsx"],
  ] as const) {
    const href = (await page.getByRole("menuitem", { name: title }).getAttribute("href")) ?? "";
    const { pathname, searchParams } = new URL(href, "http://localhost");
    expect(pathname).toBe("/v1/query/assets/export");
    expect(Object.fromEntries(searchParams)).toMatchObject({
      format,
      query: "missingPatchCount>0",
      havingQuery: "patchStatus:Missing",
      sort: "name:desc",
      fields: "name,fqdn,address,scannedAt",
    });
    expect(searchParams.get("tz")).toBeTruthy();
  }
});
