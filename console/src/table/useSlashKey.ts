import { useEffect, useRef } from "react";

/** The key `/` leads to a field from anywhere on the page, unless somebody types. */
export function useSlashKey(focus: () => void) {
  const latest = useRef(focus);
  useEffect(() => {
    latest.current = focus;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      // The first of the path: the document sees only the host of an editor in a shadow root.
      const target = event.composedPath()[0];
      const typing =
        target instanceof HTMLElement &&
        (target.isContentEditable || target.closest("input, textarea, select, [role=dialog]"));
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      latest.current();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
