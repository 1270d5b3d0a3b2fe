import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test as base, expect, type Page } from "@playwright/test";

// The fixture's account; for a real server (FETTLE_URL) name an account of its own.
export const username = process.env.FETTLE_USERNAME ?? "admin";
export const password = process.env.FETTLE_PASSWORD ?? "fixture";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shots = process.env.FETTLE_SHOTS;

/** A page on which an error in the browser's console (a fault, or a breach of the content policy) fails the test. */
export const test = base.extend<{ clean: undefined; signedIn: undefined }>({
  clean: [
    async ({ page }, use) => {
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        // A refused request is the server's answer, not a fault of the page.
        if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
          faults.push(message.text());
        }
      });
      await use(undefined);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
  signedIn: async ({ page }, use) => {
    await signIn(page);
    await use(undefined);
  },
});

export { expect };

export async function signIn(page: Page, path = "/") {
  await page.goto(path);
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: `User menu of ${username}` })).toBeVisible();
}

/** Accessibility in both themes, at a desk and on a phone; with FETTLE_SHOTS, a picture of each. */
export async function inspect(page: Page, name: string) {
  await inspectThemes(page, name);
  await page.setViewportSize({ width: 390, height: 844 });
  await settled(page);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, `${name} must not scroll sideways on a phone`).toBeLessThanOrEqual(0);
  await inspectThemes(page, `${name}-phone`);
  await page.setViewportSize({ width: 1440, height: 900 });
  await still(page);
}

/**
 * After another size some parts find their place a moment later (tabs take away their scroll buttons), and a click that
 * falls in between hits nothing: waits until nothing that can be clicked has moved for a quarter of a second.
 */
const still = (page: Page) =>
  page.evaluate(async () => {
    const places = () =>
      [...document.querySelectorAll("a, button, [role=tab]")]
        .map((one) => one.getBoundingClientRect())
        .map(({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" "))
        .join(";");
    const end = performance.now() + 5_000;
    let [last, equal] = [places(), 0];
    while (equal < 5 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const now = places();
      equal = now === last ? equal + 1 : 0;
      last = now;
    }
  });

async function inspectThemes(page: Page, name: string) {
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate(
      (dark) => document.documentElement.classList.toggle("pf-v6-theme-dark", dark),
      theme === "dark",
    );
    await settled(page);
    expect(await violations(page), `${name}, ${theme}`).toEqual([]);
    if (shots) await picture(page, `${name}-${theme}`);
  }
  await page.evaluate(() => document.documentElement.classList.remove("pf-v6-theme-dark"));
}

/** Colours and drawers move for a moment; contrast is measured when they have come to rest. */
const settled = (page: Page) =>
  page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((one) => one.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((one) => one.finished.catch(() => undefined)),
    ).then(() => undefined),
  );

async function picture(page: Page, name: string) {
  mkdirSync(shots ?? "", { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png` });
}

async function violations(page: Page): Promise<string[]> {
  // Evaluated, not injected as a script element: the content policy forbids inline scripts, and stays on in the tests.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    type Axe = {
      run: () => Promise<{
        violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
      }>;
    };
    const { violations } = await (window as unknown as { axe: Axe }).axe.run();
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary ?? ""}`)
          .join(" | ")}`,
    );
  });
}
