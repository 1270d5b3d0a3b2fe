import type { Entity } from "../api/qql";

const kept = 10;
const storageKey = (entity: Entity) => `fettle.queries.${entity}`;

/** Queries that were asked in this browser, the newest first. */
export function recentQueries(entity: Entity): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey(entity)) ?? "[]");
    return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
  } catch {
    // Not JSON: somebody edited it. There are none.
    return [];
  }
}

export function remember(entity: Entity, query: string) {
  const others = recentQueries(entity).filter((one) => one !== query);
  localStorage.setItem(storageKey(entity), JSON.stringify([query, ...others].slice(0, kept)));
}
