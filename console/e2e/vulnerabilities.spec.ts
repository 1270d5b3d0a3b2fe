import { expect, inspect, test } from "./console";

test("a CVE leads to its patches, its exposed assets, and into a job", async ({ page, signedIn: _ }) => {
  await page.getByRole("link", { name: "Vulnerabilities" }).click();
  const list = page.getByRole("grid", { name: "Vulnerabilities" });
  await page.getByRole("button", { name: "Exposed", exact: true }).click();
  await expect(page).toHaveURL(/query=affectedAssetCount%3E0/);
  await expect(list.getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "vulnerabilities");

  const cve = (await list.getByRole("row").nth(1).getByRole("link").first().textContent()) ?? "";
  await page.goto(`/vulnerabilities?query=cve:${cve}`);
  await expect(list.getByRole("row")).toHaveCount(2);
  await list.getByRole("link", { name: cve }).click();
  await expect(page).toHaveURL(new RegExp(`/vulnerabilities/${cve}$`));
  await expect(page.getByRole("heading", { name: /^Priority \d/ })).toBeVisible();
  await expect(page.getByRole("grid", { name: "Patches that fix it" }).getByRole("row").nth(1)).toBeVisible();
  const exposed = page.getByRole("grid", { name: "Exposed assets" });
  await expect(exposed.getByRole("row").nth(1)).toBeVisible();
  await inspect(page, "vulnerability");

  await exposed.getByRole("row").nth(1).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Deploy to 1 asset…" }).click();
  await expect(page).toHaveURL(/\/jobs\/new/);
});

test("assets can be narrowed to those exposed to a CVE, and widened again", async ({ page, signedIn: _ }) => {
  await page.goto("/vulnerabilities?query=affectedAssetCount>0");
  const row = page.getByRole("grid", { name: "Vulnerabilities" }).getByRole("row").nth(1);
  const cve = (await row.getByRole("link").first().textContent()) ?? "";
  await row.getByRole("link").nth(1).click();
  const field = page.getByRole("textbox", { name: "Query of assets" });
  await expect(field).toHaveText(`vulnerabilities:(cve:${cve})`);
  await expect(page.getByRole("grid", { name: "Assets" }).getByRole("row").nth(1)).toBeVisible();
  await page.getByRole("button", { name: "Clear: Query of assets" }).click();
  await expect(page).toHaveURL(/\/assets$/);
});

test("the overview's known exploited vulnerabilities are a list, with the vendor's due date in each", async ({
  page,
  signedIn: _,
}) => {
  const figure = page.getByRole("list", { name: "Figures" }).getByRole("link", { name: /Known exploited/ });
  await expect(figure).toContainText(/^[\d,]+/);
  await figure.click();
  await expect(page.getByRole("textbox", { name: "Query of vulnerabilities" })).toHaveText(
    "affectedAssetCount>0 and isKnownExploited:true",
  );
  const list = page.getByRole("grid", { name: "Vulnerabilities" });
  await page.getByRole("group", { name: "CVSS" }).getByRole("checkbox", { name: "7.0 or more" }).click();
  await expect(page).toHaveURL(/cvss%3E%3D7/);
  await expect(list.getByRole("row").nth(1)).toContainText("Known exploited");
  await inspect(page, "vulnerabilities-known-exploited");
  await list.getByRole("row").nth(1).getByRole("link").first().click();
  await expect(page.getByText("CISA's due date")).toBeVisible();
  await expect(page.getByText("2025-10-23")).toBeVisible();
  await inspect(page, "vulnerability-known-exploited");
});
