import { Button } from "@patternfly/react-core";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import CloseIcon from "@patternfly/react-icons/dist/esm/icons/times-icon";
import { lazy, type ReactNode, Suspense } from "react";
import type { QueryError } from "../api/client";
import type { Entity, QueryPart } from "../api/qql";
import type { EditorHandle } from "./Editor";
import { mended } from "./places";
import { QueryFaults } from "./QueryFaults";

const Editor = lazy(() => import("./Editor"));

type Props = {
  ref: React.RefObject<EditorHandle | null>;
  entity: Entity;
  part: QueryPart;
  label: string;
  lead?: string;
  example: string;
  /** As it was asked last; the errors are those of it. */
  value: string;
  errors: QueryError[];
  /** Takes the keyboard as soon as it is there. */
  isWanted: boolean;
  onAsk: () => void;
  onClear?: (() => void) | undefined;
  /** With each change of the text. */
  onChange?: (() => void) | undefined;
  /** Buttons beside it. */
  children: ReactNode;
};

/** The editor in its frame, with what is wrong under it. */
export function QueryField(props: Props) {
  const { ref, label, value, errors, onAsk, onClear } = props;
  const mend = (error: QueryError, suggestion: string) => {
    ref.current?.set(mended(value, error, suggestion));
    ref.current?.focus();
    onAsk();
  };
  return (
    <div>
      <div className="ft-query-row">
        <div className={errors.length > 0 ? "ft-query-box ft-query-wrong" : "ft-query-box"}>
          <span className="ft-query-lead" aria-hidden>
            {props.lead ?? <SearchIcon />}
          </span>
          <Suspense fallback={<span className="ft-query-editor ft-query-waiting">{value || props.example}</span>}>
            <Editor {...props} />
          </Suspense>
          {onClear && (
            <Button variant="plain" size="sm" icon={<CloseIcon />} aria-label={`Clear: ${label}`} onClick={onClear} />
          )}
        </div>
        {props.children}
      </div>
      {errors.length > 0 && <QueryFaults errors={errors} onMend={mend} />}
    </div>
  );
}
