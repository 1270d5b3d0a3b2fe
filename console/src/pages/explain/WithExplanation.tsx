import { Button, Skeleton, Title } from "@patternfly/react-core";
import CloseIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import { type ReactNode, useEffect, useRef } from "react";
import { createPortal } from "react-dom";
import { useExplanation } from "../../api/assets";
import { Failure } from "../../shell/Failure";
import { ExplanationView } from "./ExplanationView";

type Props = { assetId: string | null; patchId: string | null; onClose: () => void; children: ReactNode };

/** A list with a drawer that says why one finding is what it is. */
export function WithExplanation({ assetId, patchId, onClose, children }: Props) {
  return (
    <>
      {children}
      {assetId !== null &&
        patchId !== null &&
        createPortal(<Panel assetId={assetId} patchId={patchId} onClose={onClose} />, document.body)}
    </>
  );
}

function Panel({ assetId, patchId, onClose }: { assetId: string; patchId: string; onClose: () => void }) {
  const { data, error, refetch } = useExplanation(assetId, patchId);
  const heading = useRef<HTMLDivElement>(null);
  useFocusInside(heading);
  useEscape(onClose);
  return (
    <aside className="ft-drawer" aria-label="Explanation">
      <div className="ft-drawer-head">
        <div ref={heading} tabIndex={-1}>
          <Title headingLevel="h2" size="lg">
            Why is this so?
          </Title>
        </div>
        <Button variant="plain" icon={<CloseIcon />} aria-label="Close the explanation" onClick={onClose} />
      </div>
      {data ? (
        <ExplanationView explanation={data} />
      ) : error ? (
        <Failure error={error} retry={refetch} />
      ) : (
        <Skeleton height="10rem" screenreaderText="Loading the explanation" />
      )}
    </aside>
  );
}

/** The keyboard goes into the drawer while it is open, and back to the button that opened it. */
function useFocusInside(heading: React.RefObject<HTMLDivElement | null>) {
  useEffect(() => {
    const before = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, [heading]);
}

function useEscape(onClose: () => void) {
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("[role=dialog]")) close.current();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}
