import { useEffect, useState } from "react";

export type Theme = "light" | "dark";
const storageKey = "fettle.theme";
const system = () => matchMedia("(prefers-color-scheme: dark)");

function remembered(): Theme | null {
  const value = localStorage.getItem(storageKey);
  return value === "light" || value === "dark" ? value : null;
}

const current = (): Theme => remembered() ?? (system().matches ? "dark" : "light");

/** Puts the theme on the document. Called before the first paint, so that the page does not flash. */
export function applyTheme(theme: Theme = current()) {
  document.documentElement.classList.toggle("pf-v6-theme-dark", theme === "dark");
}

/** The theme follows the system until somebody chooses one; the choice is remembered in this browser. */
export function useTheme() {
  const [theme, setTheme] = useState(current);
  useEffect(() => applyTheme(theme), [theme]);
  useEffect(() => {
    const query = system();
    const follow = () => setTheme(current());
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  const choose = (next: Theme) => {
    localStorage.setItem(storageKey, next);
    setTheme(next);
  };
  return { theme, choose };
}
