import { expect, inspect, test } from "./console";

test("the list is asked, sorted, filtered and paged in the address", async ({ page, signedIn: _ }) => {
  await page.goto("/assets");
  const table = page.getByRole("grid", { name: "Assets" });
  const first = table.getByRole("row").nth(1).getByRole("link").first();
  await expect(first).toBeVisible();
  await inspect(page, "assets");
  const name = (await first.textContent()) ?? "";
  await page.keyboard.press("/");
  const field = page.getByRole("textbox", { name: "Query of assets" });
  await expect(field).toBeFocused();
  await page.keyboard.type(`name:"${name}"`);
  await page.keyboard.press("Escape");
  await field.press("Enter");
  await expect(page).toHaveURL(/query=name/);
  await page.reload();
  await expect(field).toHaveText(`name:"${name}"`);
  await expect(table.getByRole("row").nth(1)).toContainText(name);
  await page.goto("/assets?query=name:nothing-of-the-kind and missingPatchCount>0");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await inspect(page, "assets-nothing");
  await page.getByRole("button", { name: "Leave out name:nothing-of-the-kind" }).click();
  await expect(page).toHaveURL(/query=missingPatchCount%3E0$/);
  await expect(first).toBeVisible();
  await table.getByRole("button", { name: "Missing" }).click();
  await expect(page).toHaveURL(/sort=missingPatchCount/);
  await page.goBack();
  await expect(page).not.toHaveURL(/sort=/);
});

test("chosen assets lead into the wizard", async ({ page, signedIn: _ }) => {
  await page.goto("/assets?query=missingPatchCount>0");
  await page
    .getByRole("checkbox", { name: /^Select (?!all)/ })
    .first()
    .check();
  await page.getByRole("button", { name: "Install missing patches…" }).click();
  await expect(page).toHaveURL(/\/jobs\/new\?work=Install&assets=.*&patches=missing/);
});

test("an asset's tabs, and why a patch is missing", async ({ page, signedIn: _ }) => {
  await page.goto("/assets?query=missingPatchCount>0&sort=missingPatchCount:desc");
  await page.getByRole("grid", { name: "Assets" }).getByRole("row").nth(1).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "Operating system" })).toBeVisible();
  await inspect(page, "asset-system");
  await page.getByRole("tab", { name: "Network" }).click();
  await expect(page.getByRole("grid", { name: "Interfaces" })).toBeVisible();
  await inspect(page, "asset-network");
  await page.getByRole("tab", { name: "Software" }).click();
  await expect(page.getByRole("grid", { name: "Software" }).getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "asset-software");
  await page.getByRole("tab", { name: "Patches" }).click();
  await expect(page).toHaveURL(/\/patches$/);
  await page
    .getByRole("button", { name: /^Explain / })
    .first()
    .click();
  const drawer = page.getByRole("heading", { name: "Why is this so?" });
  await expect(page.getByRole("grid", { name: "Evidence" }).getByRole("row").nth(1)).toBeVisible();
  await expect(page).toHaveURL(/explain=/);
  await inspect(page, "asset-explain");
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await inspect(page, "asset-patches");
  await page.getByRole("button", { name: "Installed" }).click();
  await expect(page).toHaveURL(/status=Installed/);
  await page.getByRole("tab", { name: "Deployments" }).click();
  await expect(page.getByRole("tabpanel", { name: "Deployments" })).not.toBeEmpty();
});

test("a scan is asked for", async ({ page, signedIn: _ }) => {
  await page.goto("/assets");
  await page.getByRole("grid", { name: "Assets" }).getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByRole("button", { name: "Scan now" }).click();
  await expect(page.getByText("Scan asked")).toBeVisible();
});

test("what cannot be told is never nothing", async ({ page, signedIn: _ }) => {
  test.skip(!!process.env.FETTLE_URL, "needs a machine with a package of backports");
  await page.goto("/assets?query=undeterminedPatchCount>0");
  const table = page.getByRole("grid", { name: "Assets" });
  await expect(table.getByRole("row")).toHaveCount(2);
  await expect(table.getByRole("row").nth(1)).toContainText("+1?");
  await inspect(page, "assets-undetermined");
  await table.getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByRole("tab", { name: "Patches" }).click();
  await expect(page.getByRole("heading", { name: "No missing patch is known" })).toBeVisible();
  await inspect(page, "asset-nothing-known-missing");
  await page.getByRole("button", { name: "Show which, and why" }).click();
  await expect(page).toHaveURL(/status=Undetermined/);
  const patches = page.getByRole("grid", { name: "Patches of which it cannot be told" });
  await expect(patches.getByRole("row").nth(1)).toContainText("Foreign version");
  await expect(patches.getByRole("checkbox")).toHaveCount(0);
  await inspect(page, "asset-undetermined");
  await page.getByRole("button", { name: /^Explain / }).click();
  await expect(page.getByText("which is from outside of debian:12")).toBeVisible();
  await inspect(page, "explanation-undetermined");
  await page.getByRole("button", { name: "Close the explanation" }).click();
  await patches.getByRole("link").first().click();
  await page.getByRole("tab", { name: "Cannot tell on (1)" }).click();
  await expect(page.getByRole("grid", { name: "Assets, cannot tell" }).getByRole("row")).toHaveCount(2);
  await inspect(page, "patch-undetermined");
});
