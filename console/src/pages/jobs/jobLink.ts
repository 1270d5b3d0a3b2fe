import type { Question } from "../../api/queries";
import type { Work } from "../../api/types";

/**
 * Where the wizard takes a list from: ids, or what the other list implies (patches missing on the chosen assets, only
 * those that are security updates, or the assets on which the chosen patches are missing or installed), or everything
 * that a query finds when the wizard opens.
 */
export type Chosen = string[] | "missing" | "security" | "installed" | Question;
export type JobStart = { work: Work; assets: Chosen; patches: Chosen };

/** The address of the wizard, filled in. Anybody who gets the link finds the same choice. */
export function jobLink({ work, assets, patches }: JobStart): string {
  const params = new URLSearchParams({ work });
  for (const [name, chosen] of [["assets", assets] as const, ["patches", patches] as const]) {
    if (isQuestion(chosen)) {
      params.set(name, "query");
      for (const [part, text] of Object.entries(chosen)) params.set(`${name}.${part}`, text);
      continue;
    }
    const text = typeof chosen === "string" ? chosen : chosen.join(",");
    if (text) params.set(name, text);
  }
  return `/jobs/new?${params.toString().replaceAll("%2C", ",")}`;
}

export function parseJobStart(params: URLSearchParams): JobStart {
  return {
    work: params.get("work") === "Rollback" ? "Rollback" : "Install",
    assets: chosenFrom(params, "assets"),
    patches: chosenFrom(params, "patches"),
  };
}

export const isQuestion = (chosen: Chosen): chosen is Question => typeof chosen === "object" && !Array.isArray(chosen);

function chosenFrom(params: URLSearchParams, name: "assets" | "patches"): Chosen {
  const text = params.get(name);
  if (text === "query") {
    const part = (of: keyof Question) => params.get(`${name}.${of}`) ?? "";
    return { query: part("query"), havingQuery: part("havingQuery"), tz: part("tz") };
  }
  if (text === "missing" || text === "security" || text === "installed") return text;
  return text?.split(",").filter(Boolean) ?? [];
}
