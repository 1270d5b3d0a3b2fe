import { defineConfig } from "@playwright/test";

// FETTLE_URL names a running server; without it the built console is served with the in-memory fixture.
const url = process.env.FETTLE_URL;

export default defineConfig({
  testDir: "e2e",
  outputDir: "node_modules/.cache/playwright",
  workers: 1,
  timeout: 60_000,
  reporter: [["list"]],
  use: {
    baseURL: url ?? "http://127.0.0.1:4173",
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  ...(url
    ? {}
    : {
        webServer: {
          command: "npx vite preview --strictPort",
          url: "http://127.0.0.1:4173",
          reuseExistingServer: false,
        },
      }),
});
