import type { Work } from "../../api/types";

/**
 * Where the wizard takes a list from: ids, or what the other list implies (patches missing on the chosen assets, only
 * those that are security updates, or the assets on which the chosen patches are missing or installed).
 */
export type Chosen = string[] | "missing" | "security" | "installed";
export type JobStart = { work: Work; assets: Chosen; patches: Chosen };

/** The address of the wizard, filled in. Anybody who gets the link finds the same choice. */
export function jobLink({ work, assets, patches }: JobStart): string {
  const params = new URLSearchParams({ work });
  for (const [name, chosen] of [["assets", assets] as const, ["patches", patches] as const]) {
    const text = typeof chosen === "string" ? chosen : chosen.join(",");
    if (text) params.set(name, text);
  }
  return `/jobs/new?${params.toString().replaceAll("%2C", ",")}`;
}

export function parseJobStart(params: URLSearchParams): JobStart {
  return {
    work: params.get("work") === "Rollback" ? "Rollback" : "Install",
    assets: chosenFrom(params.get("assets")),
    patches: chosenFrom(params.get("patches")),
  };
}

function chosenFrom(text: string | null): Chosen {
  if (text === "missing" || text === "security" || text === "installed") return text;
  return text?.split(",").filter(Boolean) ?? [];
}
