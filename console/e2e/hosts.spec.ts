import type { Page } from "@playwright/test";
import { expect, password, test, username } from "./console";

// Against a real server with a real machine, both made by the tests of `crates/e2e`.
const link = process.env.FETTLE_SETUP_LINK;
const host = process.env.FETTLE_HOST ?? "";

const next = (page: Page) => page.getByRole("button", { name: "Next", exact: true }).click();

test("the one-time link makes the first administrator", async ({ page }) => {
  test.skip(!link, "FETTLE_SETUP_LINK names no link");
  await page.goto(link ?? "");
  await page.getByLabel("First name").fill("Ada");
  await page.getByLabel("Last name").fill("Lovelace");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel(/^Password(?! again)/).fill(password);
  await page.getByLabel("Password again").fill(password);
  await page.getByRole("button", { name: "Make administrator and sign in" }).click();
  await expect(page.getByRole("button", { name: `User menu of ${username}` })).toBeVisible();
});

test("a patch that a machine lacks is deployed, verified and taken back", async ({ page, signedIn: _ }) => {
  test.skip(!host, "FETTLE_HOST names no machine");
  test.setTimeout(180_000);
  await openPatches(page, "Missing");
  await expect(page.getByRole("link", { name: /^fettle-demo/ })).toBeVisible();

  await page.goto("/patches?query=patchStatus:Missing");
  await page
    .getByRole("grid", { name: "Patches" })
    .getByRole("link", { name: /^fettle-demo/ })
    .click();
  await page.getByRole("button", { name: "Deploy…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Fix it");
  await throughTheWizard(page, "1.0-1+deb12u1");

  await openPatches(page, "Missing");
  await expect(page.getByRole("link", { name: /^fettle-demo/ })).toBeHidden();
  await openPatches(page, "Installed");
  await page.getByRole("link", { name: /^fettle-demo/ }).click();
  await page.getByRole("button", { name: "Uninstall…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Take it back");
  await throughTheWizard(page, "1.0-1");

  await openPatches(page, "Missing");
  await expect(page.getByRole("link", { name: /^fettle-demo/ })).toBeVisible();
});

async function openPatches(page: Page, status: string) {
  await page.goto(`/assets?query=name:"${host}"`);
  await page.getByRole("grid", { name: "Assets" }).getByRole("link", { name: host, exact: true }).click();
  await expect(page).toHaveURL(/\/assets\/[0-9a-f-]{36}/);
  const address = page.url().replace(/[?#].*$/, "");
  await page.goto(`${address}/patches?status=${status}`);
  await expect(page.getByRole("tab", { name: "Patches" })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("progressbar")).toBeHidden();
}

/** From the first step to the end of the run; the dry run must show the version that the package goes to. */
async function throughTheWizard(page: Page, to: string) {
  for (let step = 0; step < 4; step += 1) await next(page);
  await expect(page.getByText("Assets answered")).toBeVisible();
  await expect(page.getByText("Asking the assets what they would do")).toBeHidden({ timeout: 60_000 });
  // The plan of a single asset is open from the start.
  await expect(page.getByRole("button", { name: /changes? ·/ })).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByText(to, { exact: true }).first()).toBeVisible();
  await next(page);
  await page.getByRole("button", { name: "Save and start" }).click();
  await expect(page).toHaveURL(/\/runs\//);
  await expect(page.getByText("Succeeded", { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  const row = page.getByRole("grid", { name: "Assets of the run" }).getByRole("row").nth(1);
  await expect(row).toContainText(host);
  await expect(row).toContainText("Completed");
}
