import { useState } from "react";
import { useWide } from "./useWide";

const storageKey = "fettle.filters";

/** Beside the list the panel stays as it was left in this browser; over it, it is closed until it is asked for. */
export function useFacetPanel(): [boolean, (open: boolean) => void] {
  const isWide = useWide();
  const [kept, setKept] = useState(() => localStorage.getItem(storageKey) !== "closed");
  const [isOver, setOver] = useState(false);
  const keep = (open: boolean) => {
    localStorage.setItem(storageKey, open ? "open" : "closed");
    setKept(open);
  };
  return isWide ? [kept, keep] : [isOver, setOver];
}
