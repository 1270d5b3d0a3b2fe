// Time from the key press that asks a query to the rows that it finds, in a browser, on a server that runs:
//
//   FETTLE_URL=http://127.0.0.1:8080 FETTLE_USERNAME=ada FETTLE_PASSWORD=… npm run timing
//
// A figure is what the person at the screen waits for: the request, the answer, and the frame that shows it.

import { chromium } from "@playwright/test";

const base = process.env.FETTLE_URL;
const [username, password] = [process.env.FETTLE_USERNAME, process.env.FETTLE_PASSWORD];
if (!base || !username || !password) {
  console.error("FETTLE_URL, FETTLE_USERNAME and FETTLE_PASSWORD name a server that runs, and an account of it.");
  process.exit(2);
}

const lists = [
  {
    path: "/assets",
    field: "Query of assets",
    queries: [
      "pendingReboot:true",
      "name:*99",
      "not pendingReboot:true and interfaces.address:10.3.0.0/16",
      "lastLoggedOnUser:ada",
      "missingPatchCount>20",
      "scanDateTime<now-6h",
      "components:(name:openssl and version<4)",
      "patches:(isSecurity:true and patchStatus:Missing) and pendingReboot:true",
    ],
  },
  {
    path: "/patches",
    field: "Query of patches",
    queries: [
      "isSecurity:true",
      "title:openssh*",
      "missingCount>1000",
      "patchStatus:Missing and isLatest:true",
      "isSuperseded:false and isHidden:false",
      "assets:(name:*9 and patchStatus:Missing)",
    ],
  },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
await page.goto(`${base}/`);
await page.getByLabel("User name").fill(username);
await page.getByLabel("Password").fill(password);
await page.getByRole("button", { name: "Sign in" }).click();
await page.getByRole("button", { name: /User menu/ }).waitFor();
for (const list of lists) {
  const times = [];
  await page.goto(base + list.path);
  await page.waitForLoadState("networkidle");
  for (const query of list.queries) {
    times.push(await timed(list.field, query));
    console.log(`${list.path}  ${times.at(-1).toFixed(0).padStart(5)} ms  ${query}`);
  }
  const middle = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
  console.log(`${list.path}  ${middle.toFixed(0).padStart(5)} ms  in the middle of ${times.length}\n`);
}
await browser.close();

/** Milliseconds until rows or their number are other ones. */
async function timed(field, query) {
  const input = page.getByRole("textbox", { name: field });
  await input.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(query);
  // The list of completions would take the key.
  await page.waitForTimeout(500);
  await page.keyboard.press("Escape");
  await input.focus();
  await page.evaluate(watch);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.shownAfter !== undefined, null, { timeout: 30_000 });
  const shown = await page.evaluate(() => window.shownAfter);
  await page.waitForLoadState("networkidle");
  return shown;
}

/** Runs in the page. */
function watch() {
  window.shownAfter = undefined;
  let pressed;
  const state = () =>
    [document.querySelector("tbody"), document.querySelector(".pf-v6-c-pagination")].map((part) => part?.textContent).join();
  const before = state();
  const note = (event) => {
    if (event.key === "Enter") pressed = performance.now();
  };
  document.addEventListener("keydown", note, { capture: true, once: true });
  const observer = new MutationObserver(() => {
    if (pressed === undefined || state() === before) return;
    observer.disconnect();
    requestAnimationFrame(() => {
      window.shownAfter = performance.now() - pressed;
    });
  });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
}
