import { Button, Title } from "@patternfly/react-core";
import CloseIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import { type ReactNode, useEffect, useRef } from "react";
import { createPortal } from "react-dom";

type Props = { label: string; title: string; closeLabel: string; onClose: () => void; children: ReactNode };

/** A panel over the page's edge, which Escape closes. */
export function Drawer({ label, title, closeLabel, onClose, children }: Props) {
  const heading = useRef<HTMLDivElement>(null);
  useFocusInside(heading);
  useEscape(onClose);
  return createPortal(
    <aside className="ft-drawer" aria-label={label}>
      <div className="ft-drawer-head">
        <div ref={heading} tabIndex={-1}>
          <Title headingLevel="h2" size="lg">
            {title}
          </Title>
        </div>
        <Button variant="plain" icon={<CloseIcon />} aria-label={closeLabel} onClick={onClose} />
      </div>
      {children}
    </aside>,
    document.body,
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
