import { expect, inspect, test } from "./console";

test("the audit log is asked by a query, whose errors stand under it", async ({ page, signedIn: _ }) => {
  await page.getByRole("link", { name: "Audit log", exact: true }).click();
  const records = page.getByRole("grid", { name: "Audit records" }).getByRole("row");
  await expect(records).toHaveCount(4);
  const field = page.getByLabel("Query of audit records");
  await field.fill("action:job.*");
  await field.press("Enter");
  await expect(page).toHaveURL(/\/audit\?query=action/);
  await expect(records).toHaveCount(3);
  await inspect(page, "audit");
  await field.fill("actoin:job.*");
  await field.press("Enter");
  await expect(page.getByText("'actoin' is not a token of audit; did you mean 'action'?")).toBeVisible();
  await expect(page.getByText("^^^^^^")).toBeVisible();
  await inspect(page, "audit-refused");
  await page.goBack();
  await expect(field).toHaveValue("action:job.*");
  await expect(records).toHaveCount(3);
});
