import { expect, inspect, test } from "./console";

test("the list and its toggles", async ({ page, signedIn: _ }) => {
  await page.goto("/patches");
  await expect(page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "patches");
  await page.getByRole("button", { name: "Missing", exact: true }).first().click();
  const field = page.getByRole("textbox", { name: "Query of patches" });
  await expect(field).toHaveText("patchStatus:Missing and isSuperseded:false and isHidden:false");
  // Only filters that are on are there for certain: what all patches have in common narrows nothing, and is not offered.
  await page.getByRole("group", { name: "Superseded" }).getByRole("button", { name: "Clear: Superseded" }).click();
  await expect(field).toHaveText("patchStatus:Missing and isHidden:false");
  // Everything is asked for by the empty query, which the address names.
  await page.getByRole("button", { name: "Clear: Query of patches" }).click();
  await expect(page).toHaveURL(/\/patches\?query=$/);
  await expect(page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1)).toBeVisible();
});

test("a patch's tabs, and the way to a job", async ({ page, signedIn: _ }) => {
  await page.goto("/patches?query=patchStatus:Missing");
  await page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "How much it matters" })).toBeVisible();
  await inspect(page, "patch-summary");
  await page.getByRole("tab", { name: /^Packages/ }).click();
  await expect(page.getByRole("grid", { name: "Packages" }).getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "patch-packages");
  await page.getByRole("tab", { name: /^CVEs/ }).click();
  await inspect(page, "patch-cves");
  await page.getByRole("tab", { name: "Supersedence" }).click();
  await expect(page.getByRole("heading", { name: "Superseded by" })).toBeVisible();
  await page.getByRole("tab", { name: /^Missing on/ }).click();
  await page
    .getByRole("button", { name: /^Explain for / })
    .first()
    .click();
  await expect(page.getByRole("grid", { name: "Evidence" }).getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "patch-explain");
  await page.getByRole("button", { name: "Close the explanation" }).click();
  await inspect(page, "patch-missing");
  await page.getByRole("button", { name: "Deploy…" }).click();
  await expect(page).toHaveURL(/\/jobs\/new\?work=Install&assets=missing&patches=/);
});
