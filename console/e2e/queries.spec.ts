import { expect, inspect, test } from "./console";

test("both queries of the address are shown and sent", async ({ page, signedIn: _ }) => {
  const sent = page.waitForRequest((request) => new URL(request.url()).pathname === "/v1/query/assets");
  await page.goto("/assets?query=name%3Aweb*&havingQuery=patchStatus%3AMissing");
  const parameters = new URL((await sent).url()).searchParams;
  expect([parameters.get("query"), parameters.get("havingQuery")]).toEqual(["name:web*", "patchStatus:Missing"]);
  await expect(page.getByRole("textbox", { name: "Query of assets" })).toHaveText("name:web*");
  const second = page.getByRole("textbox", { name: "Query of the patches" });
  await expect(second).toHaveText("patchStatus:Missing");
  await page.getByRole("button", { name: "Do not ask about patches" }).click();
  await expect(page).toHaveURL(/\/assets\?query=name%3Aweb\*$/);
  await expect(second).toHaveCount(0);
});

test("completions are chosen with the keyboard", async ({ page, signedIn: _ }) => {
  await page.goto("/audit");
  const field = page.getByRole("textbox", { name: "Query of audit records" });
  await field.click();
  await field.pressSequentially("act");
  const options = page.getByRole("option");
  await expect(options).toHaveCount(2);
  await page.keyboard.press("ArrowDown");
  await inspect(page, "query-completions");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(field).toHaveText("actor");
  await expect(options.first()).toHaveText(":");
  await page.keyboard.press("Tab");
  await expect(field).toHaveText("actor:");
  await field.pressSequentially("ada");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/query=actor%3Aada/);
  await page.keyboard.press("Escape");
  await expect(field).not.toBeFocused();

  await page.getByRole("link", { name: "Audit log", exact: true }).click();
  await field.click();
  await page.keyboard.press("ArrowDown");
  await expect(options.first()).toContainText("actor:ada");
});

test("the second query is opened with a button, and its own errors stand under it", async ({ page, signedIn: _ }) => {
  await page.goto("/patches");
  await page.getByRole("button", { name: "Ask about the assets of the patches too" }).click();
  const second = page.getByRole("textbox", { name: "Query of the assets" });
  await expect(second).toBeFocused();
  await second.pressSequentially("nmae:web*");
  await page.keyboard.press("Enter");
  await expect(page.getByText("'nmae' is not a token of patch")).toBeVisible();
  await expect(second.locator(".fault")).toHaveText("nmae");
  await inspect(page, "query-having-refused");
  await page.getByRole("button", { name: "name", exact: true }).click();
  await expect(page).toHaveURL(/havingQuery=name%3Aweb\*/);
  await expect(page.getByRole("grid", { name: "Patches" })).toBeVisible();
  await inspect(page, "query-having");
});

test("the help lists tokens, puts an example into the field and asks again what was asked", async ({
  page,
  signedIn: _,
}) => {
  await page.goto("/vulnerabilities?query=name:web*");
  const field = page.getByRole("textbox", { name: "Query of vulnerabilities" });
  await expect(page.getByText("what fits `name:web*`")).toBeVisible();
  const help = page.getByRole("complementary", { name: "Help with queries" });
  await page.getByRole("button", { name: "Help with: Query of vulnerabilities" }).click();
  await expect(help.getByText("Who did it")).toBeVisible();
  await inspect(page, "query-help");
  await help.getByLabel("Search tokens").fill("status");
  await help.getByRole("button", { name: "patchStatus:Missing" }).click();
  await expect(help).toHaveCount(0);
  await expect(field).toBeFocused();
  await expect(field).toHaveText("name:web* and patchStatus:Missing");
  await page.getByRole("button", { name: "Clear: Query of vulnerabilities" }).click();
  await expect(page).toHaveURL(/\/vulnerabilities$/);
  await page.getByRole("button", { name: "Help with: Query of vulnerabilities" }).click();
  await help.getByRole("button", { name: "name:web*" }).first().click();
  await expect(page).toHaveURL(/query=name%3Aweb\*/);
});
