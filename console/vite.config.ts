import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { fixtureServer } from "./e2e/fixture/server";

// With FETTLE_API the console talks to a real server; without it, to the in-memory fixture, which is never bundled.
const api = process.env.FETTLE_API;

export default defineConfig({
  plugins: [react(), ...(api ? [] : [fixture()])],
  server: { host: "127.0.0.1", port: 5173, ...(api ? { proxy: { "/v1": api, "/health": api } } : {}) },
  preview: { host: "127.0.0.1", port: 4173 },
  build: { target: "es2022", sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  test: { include: ["src/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);

function fixture(): Plugin {
  const handle = fixtureServer();
  return {
    name: "fettle-fixture",
    configureServer: (server) => void server.middlewares.use(handle),
    configurePreviewServer: (server) => void server.middlewares.use(handle),
  };
}
