import { expect, inspect, test } from "./console";

test("collections from none to a tree: rules with a preview, pins, what is refused", async ({ page, signedIn: _ }) => {
  test.slow();
  await page.goto("/collections");
  await expect(page.getByRole("heading", { name: "No collections" })).toBeVisible();
  await inspect(page, "collections-empty");

  // A rule is asked for while it is written, and what is wrong stands under it.
  await page.getByRole("link", { name: "Create collection" }).first().click();
  await page.getByRole("textbox", { name: /^Name/ }).fill("Web servers");
  await page.getByLabel("Description").fill("Machines that serve pages");
  await expect(page.getByRole("button", { name: "Create", exact: true })).toBeDisabled();
  const rule = page.getByRole("textbox", { name: "Rule" });
  await rule.click();
  await rule.pressSequentially("nmae:web*");
  await expect(page.getByText("'nmae' is not a token of asset")).toBeVisible();
  await expect(page.getByRole("button", { name: "Create", exact: true })).toBeDisabled();
  // What is offered lies above what is told.
  await page.keyboard.press("Escape");
  await inspect(page, "collection-refused");
  await page.getByRole("button", { name: "name", exact: true }).click();
  await expect(rule).toHaveText("name:web*");
  await expect(page.getByText(/^\d+ members$/)).toBeVisible();
  await expect(page.getByRole("heading", { name: /^The first of them/ })).toBeVisible();
  await inspect(page, "collection-new");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Web servers", level: 1 })).toBeVisible();

  // Its members are a list of assets; it stands on each one's page.
  const link = page.getByRole("link", { name: /^\d+ members$/ });
  const count = Number(((await link.textContent()) ?? "").split(" ")[0]);
  expect(count).toBeGreaterThan(1);
  await link.click();
  await expect(page).toHaveURL(/\/assets\?query=tags\.id/);
  const grid = page.getByRole("grid", { name: "Assets" });
  await expect(grid.getByRole("row")).toHaveCount(count + 1);
  const asset = (await grid.getByRole("row").nth(1).getByRole("link").first().textContent()) ?? "";
  await grid.getByRole("row").nth(1).getByRole("link").first().click();
  await expect(page.getByRole("link", { name: "Web servers" })).toBeVisible();
  await inspect(page, "asset-collections");
  await page.getByRole("link", { name: "Web servers" }).click();

  // Pinned out, with a reason.
  await page.getByRole("button", { name: "Pin an asset" }).click();
  await page.getByRole("textbox", { name: /^Asset/ }).fill(asset);
  await page.getByRole("radio", { name: asset }).first().check();
  await page.getByRole("radio", { name: "out", exact: true }).check();
  await page.getByLabel("Reason").fill("A test machine");
  await inspect(page, "collection-pin");
  await page.getByRole("button", { name: "Pin", exact: true }).click();
  await expect(page.getByRole("grid", { name: "Pinned assets" })).toContainText("A test machine");
  await expect(page.getByRole("link", { name: `${count - 1} members` })).toBeVisible();
  await inspect(page, "collection");
  await page.getByRole("button", { name: `Unpin ${asset}` }).click();
  await expect(page.getByRole("link", { name: `${count} members` })).toBeVisible();

  // One below it, by hand.
  await page.goto("/collections/new");
  await page.getByRole("textbox", { name: /^Name/ }).fill("First ring");
  await page.getByLabel("Below").selectOption({ label: "Web servers" });
  await page.getByRole("radio", { name: "By hand" }).check();
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Web servers/First ring", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Add an asset" }).click();
  await page.getByRole("textbox", { name: /^Asset/ }).fill(asset);
  await page.getByRole("radio", { name: asset }).first().check();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("link", { name: "1 member", exact: true })).toBeVisible();
  await page.goto("/collections");
  await expect(page.getByRole("grid", { name: "Collections" }).getByRole("row")).toHaveCount(3);
  await inspect(page, "collections");

  // What is in use stays.
  await page.getByRole("button", { name: "Delete Web servers", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText(/It is in use/)).toBeVisible();
  await inspect(page, "collection-in-use");
  await page.getByRole("button", { name: "Cancel" }).click();
});

test("a rule that comes back to itself shows the way, and a big change needs its number", async ({
  page,
  signedIn: _,
}) => {
  for (const [name, text] of [
    ["Everything", "platform:Linux"],
    ["Some", "tags.name:Everything"],
  ] as const) {
    await page.goto("/collections/new");
    await page.getByRole("textbox", { name: /^Name/ }).fill(name);
    await page.getByRole("textbox", { name: "Rule" }).click();
    await page.getByRole("textbox", { name: "Rule" }).pressSequentially(text);
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  }
  await page.goto("/collections");
  await page.getByRole("link", { name: "Everything" }).click();
  const rule = page.getByRole("textbox", { name: "Rule" });
  const write = async (text: string) => {
    await rule.click();
    await page.keyboard.press("Control+A");
    await rule.pressSequentially(text);
  };
  await write("tags.name:Some");
  await expect(page.getByText("the rule depends on itself: Everything → Some → Everything")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await inspect(page, "collection-cycle");
  await write("name:nobody");
  await expect(page.getByRole("heading", { name: /^Leave: \d+/ })).toBeVisible();
  const left = /\d+/.exec((await page.getByRole("heading", { name: /^Leave/ }).textContent()) ?? "")?.[0] ?? "";
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await page.getByRole("textbox", { name: `Type ${left} to confirm` }).fill(left);
  await inspect(page, "collection-big-change");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: "0 members" })).toBeVisible();
});
