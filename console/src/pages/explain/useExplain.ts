import { useSearchParams } from "react-router";

/** Which finding is being explained; part of the address, so an explanation can be sent as a link. */
export function useExplain() {
  const [params, setParams] = useSearchParams();
  const change = (id: string | null) =>
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (id) next.set("explain", id);
        else next.delete("explain");
        return next;
      },
      { replace: true },
    );
  return { id: params.get("explain"), open: (id: string) => change(id), close: () => change(null) };
}
