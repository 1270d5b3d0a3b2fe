import type { Page } from "@playwright/test";
import { expect, inspect, test } from "./console";

const next = (page: Page) => page.getByRole("button", { name: "Next", exact: true }).click();

test("a job is made with its dry run, started, watched and looked at afterwards", async ({ page, signedIn: _ }) => {
  test.setTimeout(180_000);
  await page.goto("/assets?query=missingPatchCount>0 and scanStatus:Scanned&sort=missingPatchCount:desc");
  const boxes = page.getByRole("checkbox", { name: /^Select (?!all)/ });
  await expect(boxes.first()).toBeVisible();
  const chosen = Math.min(3, await boxes.count());
  for (let index = 0; index < chosen; index += 1) await boxes.nth(index).check();
  await page.getByRole("button", { name: "Install missing patches…" }).click();

  await page.getByRole("textbox", { name: "Name" }).fill("End to end");
  await inspect(page, "wizard-basic");
  await next(page);
  await expect(page.getByText(/\d+ assets? chosen/)).toBeVisible();
  await inspect(page, "wizard-assets");
  await next(page);
  await expect(page.getByRole("grid", { name: "Patches to choose" }).getByRole("checkbox").nth(1)).toBeChecked();
  await inspect(page, "wizard-patches");
  await next(page);
  await inspect(page, "wizard-options");
  await next(page);
  await expect(page.getByText("Assets answered")).toBeVisible();
  await expect(page.getByText("Asking the assets what they would do")).toBeHidden({ timeout: 60_000 });
  await page
    .getByRole("button", { name: /changes? ·/ })
    .first()
    .click();
  await inspect(page, "wizard-dry-run");
  await next(page);
  await expect(page.getByRole("heading", { name: "End to end" })).toBeVisible();
  await inspect(page, "wizard-confirm");
  await page.getByRole("button", { name: "Save and start" }).click();

  await expect(page).toHaveURL(/\/runs\//);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("End to end, run 1");
  await inspect(page, "run");
  const asset = page.getByRole("grid", { name: "Assets of the run" }).getByRole("row").nth(1).getByRole("link");
  await asset.click();
  await expect(page.getByRole("list", { name: "Events" }).getByRole("listitem").first()).toBeVisible();
  await inspect(page, "deployment");
  await page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link").click();
  await expect(page.getByText(/^(Succeeded|Partially succeeded|Failed)$/).first()).toBeVisible({ timeout: 120_000 });
  await inspect(page, "run-finished");
  await page.getByRole("grid", { name: "Assets of the run" }).getByRole("row").nth(1).getByRole("link").click();
  await expect(page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "deployment-finished");
});

test("a job is saved, dry-run, started, cancelled and deleted", async ({ page, signedIn: _ }) => {
  await page.goto("/patches?query=patchStatus:Missing&sort=missingCount:desc");
  await page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByRole("button", { name: "Deploy…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("For later");
  for (let step = 0; step < 5; step += 1) await next(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Saved, and not started.")).toBeVisible();
  await page.getByRole("button", { name: "Dry run" }).click();
  await expect(page.getByText("Assets answered")).toBeVisible();
  await inspect(page, "job");
  await page.getByRole("button", { name: "Start…" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page).toHaveURL(/\/runs\//);
  await page.getByRole("button", { name: "Cancel run…" }).click();
  await inspect(page, "run-cancel");
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await expect(page.getByText("Canceled").first()).toBeVisible({ timeout: 60_000 });
  await page.goto("/jobs");
  await expect(page.getByRole("grid", { name: "Jobs" }).getByRole("link", { name: "For later" }).first()).toBeVisible();
  await inspect(page, "jobs");
});

test("an installed patch is uninstalled through the same wizard", async ({ page, signedIn: _ }) => {
  await page.goto("/patches?query=patchStatus:Installed&sort=installedCount:desc");
  await page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByRole("button", { name: "Uninstall…" }).click();
  await expect(page.getByRole("radio", { name: "Uninstall" })).toBeChecked();
  for (let step = 0; step < 4; step += 1) await next(page);
  await expect(page.getByText("Assets answered")).toBeVisible();
});

test("an empty wizard lets nobody past a step without a choice", async ({ page, signedIn: _ }) => {
  await page.goto("/jobs/new");
  await next(page);
  await expect(page.getByText("Choose the assets that the job works on.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Next", exact: true })).toBeDisabled();
});
