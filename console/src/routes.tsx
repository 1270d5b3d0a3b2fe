import { createBrowserRouter } from "react-router";
import { NotFound } from "./pages/NotFound";
import { RouteFailure } from "./pages/RouteFailure";
import { SetupPage } from "./pages/session/SetupPage";
import { SignInPage } from "./pages/session/SignInPage";
import { RequireSession } from "./shell/RequireSession";
import { Shell } from "./shell/Shell";

// Pages behind the sign-in are fetched when they are first opened.
export const router = createBrowserRouter([
  { path: "/setup", element: <SetupPage />, errorElement: <RouteFailure /> },
  { path: "/sign-in", element: <SignInPage />, errorElement: <RouteFailure /> },
  {
    element: <RequireSession />,
    errorElement: <RouteFailure />,
    hydrateFallbackElement: <></>,
    children: [
      {
        element: <Shell />,
        children: [
          {
            errorElement: <RouteFailure />,
            children: [
              { index: true, lazy: async () => ({ Component: (await import("./pages/overview/Overview")).Overview }) },
              {
                path: "assets",
                lazy: async () => ({ Component: (await import("./pages/assets/AssetList")).AssetList }),
              },
              {
                path: "assets/:id/:tab?",
                lazy: async () => ({ Component: (await import("./pages/assets/AssetPage")).AssetPage }),
              },
              {
                path: "patches",
                lazy: async () => ({ Component: (await import("./pages/patches/PatchList")).PatchList }),
              },
              {
                path: "patches/:id/:tab?",
                lazy: async () => ({ Component: (await import("./pages/patches/PatchPage")).PatchPage }),
              },
              {
                path: "vulnerabilities",
                lazy: async () => ({
                  Component: (await import("./pages/vulnerabilities/VulnerabilityList")).VulnerabilityList,
                }),
              },
              {
                path: "vulnerabilities/:cve",
                lazy: async () => ({
                  Component: (await import("./pages/vulnerabilities/VulnerabilityPage")).VulnerabilityPage,
                }),
              },
              {
                path: "exceptions",
                lazy: async () => ({ Component: (await import("./pages/exceptions/ExceptionList")).ExceptionList }),
              },
              {
                path: "exceptions/new",
                lazy: async () => ({ Component: (await import("./pages/exceptions/NewException")).NewException }),
              },
              {
                path: "collections",
                lazy: async () => ({ Component: (await import("./pages/tags/TagList")).TagList }),
              },
              {
                path: "collections/new",
                lazy: async () => ({ Component: (await import("./pages/tags/TagPage")).NewTag }),
              },
              {
                path: "collections/:id",
                lazy: async () => ({ Component: (await import("./pages/tags/TagPage")).TagPage }),
              },
              {
                path: "catalogue",
                lazy: async () => ({ Component: (await import("./pages/catalogue/CataloguePage")).CataloguePage }),
              },
              { path: "jobs", lazy: async () => ({ Component: (await import("./pages/jobs/JobList")).JobList }) },
              {
                path: "jobs/new",
                lazy: async () => ({ Component: (await import("./pages/jobs/create/CreateJob")).CreateJob }),
              },
              { path: "jobs/:id", lazy: async () => ({ Component: (await import("./pages/jobs/JobPage")).JobPage }) },
              { path: "runs/:id", lazy: async () => ({ Component: (await import("./pages/runs/RunPage")).RunPage }) },
              {
                path: "deployments/:id",
                lazy: async () => ({ Component: (await import("./pages/runs/DeploymentPage")).DeploymentPage }),
              },
              {
                path: "agents",
                lazy: async () => ({ Component: (await import("./pages/agents/AgentsPage")).AgentsPage }),
              },
              {
                path: "audit",
                lazy: async () => ({ Component: (await import("./pages/audit/AuditLog")).AuditLog }),
              },
              {
                path: "tokens",
                lazy: async () => ({ Component: (await import("./pages/tokens/TokensPage")).TokensPage }),
              },
              { path: "*", element: <NotFound /> },
            ],
          },
        ],
      },
    ],
  },
]);
