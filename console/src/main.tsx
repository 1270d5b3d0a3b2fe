import "@patternfly/react-core/dist/styles/base.css";
import "./console.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import { queryClient } from "./api/queryClient";
import { router } from "./routes";
import { Notices } from "./shell/Notices";
import { applyTheme } from "./shell/theme";

applyTheme();
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id “root”");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Notices>
        <RouterProvider router={router} />
      </Notices>
    </QueryClientProvider>
  </StrictMode>,
);
