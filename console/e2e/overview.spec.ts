import { expect, inspect, test } from "./console";

test("the overview shows figures, pictures, urgent patches and assets, each a link", async ({ page, signedIn: _ }) => {
  await expect(page).toHaveTitle("Overview · Fettle");
  const figures = page.getByRole("list", { name: "Figures" });
  await expect(figures.getByRole("listitem")).toHaveCount(8);
  await expect(figures.getByRole("link", { name: /CVEs so far/ })).toContainText(
    / \d[\d,]* of \d[\d,]* changelogs read/,
  );
  await expect(page.getByRole("grid", { name: "Most urgent patches" }).getByRole("row").nth(1)).toBeVisible();
  await expect(page.getByRole("grid", { name: "Assets needing attention" }).getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "overview");
  await figures.getByRole("link", { name: /Security updates/ }).click();
  await expect(page.getByRole("textbox", { name: "Query of patches" })).toHaveText(
    "patchStatus:Missing and isSuperseded:false and isHidden:false and isSecurity:true",
  );
  await expect(page.getByRole("group", { name: "Security" }).getByRole("checkbox", { name: "Yes" })).toBeChecked();
});

test("the theme can be chosen and is remembered", async ({ page, signedIn: _ }) => {
  await page.getByRole("button", { name: "Switch to the dark theme" }).click();
  await page.reload();
  await expect(page.getByRole("button", { name: "Switch to the light theme" })).toBeVisible();
  await expect(page.locator("html")).toHaveClass(/pf-v6-theme-dark/);
});

test("About names the version and the agents' address", async ({ page, signedIn: _ }) => {
  await page.getByRole("button", { name: "Help" }).click();
  await page.getByRole("menuitem", { name: "About" }).click();
  const about = page.getByRole("dialog", { name: "About Fettle" });
  await expect(about.getByLabel("Agents' address")).toHaveValue(/^https:/);
  await inspect(page, "about");
  await page.keyboard.press("Escape");
  await expect(about).toBeHidden();
});

test("while the server loads, a banner says so and the page fills itself", async ({ page, signedIn: _ }) => {
  let starting = true;
  await page.route("**/v1/query/patches?*", (route) =>
    starting
      ? route.fulfill({ status: 503, json: { error: { code: "INDEX_STARTING", message: "Loading" }, progress: 42 } })
      : route.continue(),
  );
  await page.getByRole("link", { name: "Patches", exact: true }).click();
  await expect(page.getByRole("status").getByText("The server is loading its data.")).toBeVisible();
  await inspect(page, "starting");
  starting = false;
  await expect(page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1)).toBeVisible();
  await expect(page.getByText("The server is loading its data.")).toBeHidden();
});

test("a privilege that lacks, a page that is not there, and a server that fails are said in words", async ({
  page,
  signedIn: _,
}) => {
  await page.goto("/nowhere");
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await inspect(page, "not-found");
  await page.route("**/v1/jobs?*", (route) =>
    route.fulfill({ status: 403, json: { error: { code: "FORBIDDEN", message: "No.", privilege: "job.view" } } }),
  );
  await page.getByRole("link", { name: "Jobs" }).click();
  await expect(page.getByText("“job.view”")).toBeVisible();
  await inspect(page, "forbidden");
  await page.goto("/assets/00000000-0000-7000-8000-000000000000");
  await expect(page.getByText("This does not exist")).toBeVisible();
});
