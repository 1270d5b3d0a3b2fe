import { expect, inspect, test } from "./console";

test("the list and its toggles", async ({ page, signedIn: _ }) => {
  await page.goto("/patches");
  await expect(page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "patches");
  await page.getByRole("switch", { name: "Security only" }).press("Space");
  await page.getByRole("button", { name: "Missing", exact: true }).first().click();
  await expect(page).toHaveURL(/security=yes/);
  await expect(page).toHaveURL(/status=Missing/);
  await page.getByRole("switch", { name: "Include superseded" }).press("Space");
  await expect(page).toHaveURL(/superseded=yes/);
});

test("a patch's tabs, and the way to a job", async ({ page, signedIn: _ }) => {
  await page.goto("/patches?status=Missing");
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
