import { useSyncExternalStore } from "react";

const wide = "(min-width: 992px)";

const subscribe = (changed: () => void) => {
  const media = window.matchMedia(wide);
  media.addEventListener("change", changed);
  return () => media.removeEventListener("change", changed);
};

/** Is there room for a panel beside the list? */
export const useWide = () => useSyncExternalStore(subscribe, () => window.matchMedia(wide).matches);
