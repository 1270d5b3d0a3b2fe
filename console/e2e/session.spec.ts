import { expect, inspect, password, signIn, test, username } from "./console";

test("signing in leads back to the page that was asked for, and signing out ends it", async ({ page }) => {
  await page.goto("/assets?query=web*");
  await expect(page).toHaveURL(/\/sign-in\?return=/);
  await inspect(page, "sign-in");
  await signIn(page, page.url());
  await expect(page).toHaveURL(/\/assets\?query=web\*$/);
  await page.getByRole("button", { name: `User menu of ${username}` }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.goto("/jobs");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("a wrong password is refused in words", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(`${password} wrong`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("User name or password is wrong")).toBeVisible();
});

test("a session that ends sends to the sign-in and back", async ({ page, context }) => {
  await signIn(page, "/patches");
  // What is asked for later would find out by itself.
  await page.waitForLoadState("networkidle");
  await context.clearCookies();
  await page.getByRole("link", { name: "Jobs" }).click();
  await expect(page).toHaveURL(/\/sign-in\?return=%2Fjobs/);
  await expect(page.getByText("Sign in to go on where you were.")).toBeVisible();
  await signIn(page, page.url());
  await expect(page.getByRole("heading", { name: "Jobs", level: 1 })).toBeVisible();
});

test("the setup link makes the first administrator", async ({ page }) => {
  await page.route("**/v1/about", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), setupNeeded: true } });
  });
  let sent: unknown;
  await page.route("**/v1/setup", (route) => {
    sent = route.request().postDataJSON();
    return route.fulfill({
      status: 400,
      json: { error: { code: "PASSWORD_WEAK", message: "The password is too short." } },
    });
  });
  await page.goto("/setup");
  await expect(page.getByText("The link is incomplete")).toBeVisible();
  await page.goto("/sign-in");
  await page.goto("/setup#CODE-1");
  for (const label of ["First name", "Last name", "User name"]) await page.getByLabel(label).fill("ada");
  await page.getByLabel("E-mail").fill("ada@example.org");
  await page.getByLabel(/^Password(?! again)/).fill("correct");
  await page.getByLabel("Password again").fill("different");
  await expect(page.getByText("The two passwords differ.")).toBeVisible();
  await page.getByLabel("Password again").fill("correct");
  await inspect(page, "setup");
  await page.getByRole("button", { name: "Make administrator and sign in" }).click();
  await expect(page.getByText("The password is too short.")).toBeVisible();
  expect(sent).toMatchObject({ code: "CODE-1", username: "ada", password: "correct", email: "ada@example.org" });
});
