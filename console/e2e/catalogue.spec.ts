import { expect, inspect, test } from "./console";

const list = "[01 Apr 2026] DSA-9001-1 example - security update\n\t[bullseye] - example 1.2-3\n\todd\n";
const upload = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

test("a vendor's file is read first, then imported, and then listed", async ({ page, signedIn: _ }) => {
  await page.getByRole("link", { name: "Catalogue", exact: true }).click();
  await expect(page.getByText("No vendor's file imported yet")).toBeVisible();
  const failing = page.getByRole("grid", { name: "Feeds" }).getByRole("row").filter({ hasText: "DLA" });
  await expect(failing).toContainText("answered 503");
  await inspect(page, "catalogue-empty");
  await failing.getByRole("button", { name: /^Sync/ }).click();
  await expect(failing).toContainText("Good");

  await page.getByRole("button", { name: "Import a file…" }).click();
  const dialog = page.getByRole("dialog");
  const file = dialog.getByLabel("File, packed or not");
  const start = dialog.getByRole("button", { name: "Import", exact: true });
  await file.setInputFiles(upload("notes.txt", "hello"));
  await expect(dialog.getByText("This is no file that Fettle reads")).toBeVisible();
  await expect(start).toBeDisabled();

  await file.setInputFiles(upload("list", list));
  await expect(dialog.getByText("1 advisories, 1 patches")).toBeVisible();
  await expect(dialog.getByText("line 3: a line that is no")).toBeVisible();
  await inspect(page, "catalogue-tried");
  await start.click();
  await expect(dialog.getByText("1 patch added")).toBeVisible();
  await inspect(page, "catalogue-imported");
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();

  const row = page.getByRole("grid", { name: "Imported files" }).getByRole("row").nth(1);
  await expect(row).toContainText("Debian advisories (DSA)");
  await inspect(page, "catalogue");
  await page.getByRole("button", { name: "Import a file…" }).click();
  await file.setInputFiles(upload("list", list));
  await start.click();
  await expect(dialog.getByText("imported before: nothing changed")).toBeVisible();
});
