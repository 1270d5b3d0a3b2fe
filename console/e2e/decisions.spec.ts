import { expect, inspect, test } from "./console";

test("an exception from an asset's overdue patch to its end", async ({ page, signedIn: _ }) => {
  await page.goto("/exceptions");
  await expect(page.getByRole("heading", { name: "No exceptions" })).toBeVisible();
  await inspect(page, "exceptions-empty");
  await page.goto("/assets?query=overdueFindingCount>0");
  await page.getByRole("grid", { name: "Assets" }).getByRole("row").nth(1).getByRole("link").first().click();
  await page.getByRole("tab", { name: /^Patches/ }).click();
  await page.getByRole("switch", { name: "Overdue only" }).press("Space");
  await expect(page).toHaveURL(/overdue=yes/);
  const rows = page.getByRole("grid", { name: "Missing patches" }).getByRole("row");
  await expect(rows.nth(1).getByText(/^Overdue since/)).toBeVisible();
  await inspect(page, "asset-overdue");
  const before = await rows.count();
  await rows.nth(1).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Exception…" }).click();
  await expect(page.getByRole("button", { name: "Create" })).toBeDisabled();
  await page.getByRole("textbox", { name: /^Why they may wait/ }).fill("The vendor supports no other version.");
  await inspect(page, "exception-new");
  await page.getByRole("button", { name: "Create" }).click();
  await expect(page.getByRole("heading", { name: "Exception approved" })).toBeVisible();
  await page.getByRole("button", { name: "Close" }).last().click();
  // With the last overdue one the table is gone; what was chosen is not chosen any more.
  await expect(rows).toHaveCount(before === 2 ? 0 : before - 1);
  await expect(page.getByRole("button", { name: "Exception…" })).toHaveCount(0);
  await page.goto("/exceptions");
  await expect(page.getByText("Approved", { exact: true })).toBeVisible();
  await inspect(page, "exceptions");
  await page.getByRole("button", { name: /^Revoke/ }).click();
  await expect(page.getByText("Revoked", { exact: true })).toBeVisible();
});

test("a patch is hidden with a reason and shown again", async ({ page, signedIn: _ }) => {
  await page.goto("/patches?query=curl and isHidden:false");
  const row = page.getByRole("grid", { name: "Patches" }).getByRole("row").nth(1);
  const title = (await row.getByRole("link").first().textContent()) ?? "";
  await row.getByRole("checkbox").check();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: /^Hide/ }).click();
  await expect(page.getByRole("button", { name: "Hide", exact: true })).toBeDisabled();
  await page.getByRole("textbox", { name: /^Why nobody/ }).fill("Not on our machines");
  await inspect(page, "patch-hide");
  await page.getByRole("button", { name: "Hide", exact: true }).click();
  await expect(page.getByRole("link", { name: title })).toHaveCount(0);
  await page.goto("/patches?query=isHidden:true");
  await expect(page.getByText("Hidden", { exact: true }).first()).toBeVisible();
  await page.getByRole("link", { name: title }).click();
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Show again" }).click();
  await page.goto("/patches?query=curl and isHidden:false");
  await expect(page.getByRole("link", { name: title })).toBeVisible();
});

test("an exception for what a query finds, in a collection", async ({ page, signedIn: _ }) => {
  await page.goto("/collections/new");
  await page.getByRole("textbox", { name: /^Name/ }).fill("Old servers");
  const rule = page.getByRole("textbox", { name: "Rule" });
  await rule.click();
  await rule.pressSequentially("name:db*");
  await expect(page.getByText(/^\d+ members?$/)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Old servers", level: 1 })).toBeVisible();

  await page.goto("/exceptions");
  await page.getByRole("link", { name: "New exception" }).click();
  await expect(page.getByText("Write a query and choose a collection")).toBeVisible();
  const query = page.getByRole("textbox", { name: "Query of patches" });
  await query.click();
  await query.pressSequentially("isSecurity:true");
  await page.keyboard.press("Escape");
  await page.getByLabel(/^On assets of these collections/).selectOption("Old servers");
  await expect(page.getByText(/^Missing on them: \d+/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Create", exact: true })).toBeDisabled();
  await page.getByRole("textbox", { name: /^Why they may wait/ }).fill("They are replaced in spring.");
  await inspect(page, "exception-by-query");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  const row = page.getByRole("grid", { name: "Exceptions" }).getByRole("row").filter({ hasText: "in spring" });
  await expect(row.getByRole("link", { name: "isSecurity:true" })).toBeVisible();
  await expect(row.getByRole("link", { name: "Old servers" })).toBeVisible();
  await row.getByRole("button", { name: /^Revoke/ }).click();
  await expect(row.getByText("Revoked", { exact: true })).toBeVisible();
});
