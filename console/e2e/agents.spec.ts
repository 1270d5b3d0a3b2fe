import { expect, inspect, test } from "./console";

test("an activation key is made, shows its install line, and is disabled", async ({ page, signedIn: _ }) => {
  await page.goto("/agents");
  await page.getByRole("button", { name: "Create activation key" }).first().click();
  await page.getByLabel("Title").fill("Workshop");
  await inspect(page, "agents-create");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Install line", exact: true })).not.toHaveValue("");
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByRole("switch", { name: "Workshop admits agents" }).last().press("Space");
  await expect(page.getByRole("switch", { name: "Workshop admits agents" }).last()).not.toBeChecked();
  await inspect(page, "agents");
  await page.getByRole("button", { name: "Delete Workshop" }).last().click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
});

test("an API token is shown once and can be revoked", async ({ page, signedIn: _ }) => {
  await page.goto("/tokens");
  await page.getByRole("button", { name: "Create token" }).first().click();
  await page.getByLabel("Name").fill("Nightly report");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Token" })).toHaveValue(/^ftl_/);
  await inspect(page, "tokens-created");
  await page.getByRole("button", { name: "Close", exact: true }).last().click();
  await inspect(page, "tokens");
  await page.getByRole("button", { name: "Revoke Nightly report" }).last().click();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
});
