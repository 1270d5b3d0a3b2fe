import { Button, HelperText, HelperTextItem, Tooltip } from "@patternfly/react-core";
import HelpIcon from "@patternfly/react-icons/dist/esm/icons/outlined-question-circle-icon";
import { useEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { ApiError } from "../../api/client";
import type { Entity } from "../../api/qql";
import type { EditorHandle } from "../../query/Editor";
import { QueryField } from "../../query/QueryField";
import { QueryHelp } from "../../query/QueryHelp";

/** After the last key. */
const pause = 400;

type Props = {
  /** As it was asked last. */
  rule: string;
  /** What is wrong with it. */
  error: ApiError | null;
  onRule: (rule: string) => void;
  /** Of what it speaks: assets, if nothing else is said. */
  entity?: Entity;
  label?: string;
  example?: string;
};

/** The rule in the editor of the search bar; asked for a moment after the last key. */
export function RuleField(props: Props) {
  const { rule, error, onRule, entity = "asset", label = "Rule" } = props;
  const { example = "platform:Linux and not tags.name:Test" } = props;
  const field = useRef<EditorHandle>(null);
  const timer = useRef<number>(undefined);
  const [isHelped, setHelped] = useState(false);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const ask = () => {
    window.clearTimeout(timer.current);
    const text = field.current?.text().trim() ?? rule;
    // At once: a key that came in between would be lost.
    flushSync(() => onRule(text));
  };
  const askSoon = () => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      // A blank at the end is one that somebody is about to write behind.
      if (field.current?.text().endsWith(" ")) return;
      ask();
    }, pause);
  };
  const isOfText = error?.code === "QQL_INVALID";
  return (
    <div className="ft-rule">
      <QueryField
        ref={field}
        entity={entity}
        part="query"
        label={label}
        example={example}
        value={rule}
        errors={isOfText ? error.errors : none}
        isWanted={false}
        onAsk={ask}
        onChange={askSoon}
      >
        <Tooltip content="Help with rules" aria="none">
          <Button variant="plain" icon={<HelpIcon />} aria-label="Help with rules" onClick={() => setHelped(true)} />
        </Tooltip>
      </QueryField>
      {error && !isOfText && (
        <HelperText isLiveRegion className="ft-query-notes">
          <HelperTextItem variant="error">{error.message}</HelperTextItem>
        </HelperText>
      )}
      {isHelped && (
        <QueryHelp
          entity={entity}
          part="query"
          onAdd={(term) => {
            flushSync(() => setHelped(false));
            field.current?.add(term);
            field.current?.focus();
          }}
          onAsk={(text) => {
            setHelped(false);
            field.current?.set(text);
            ask();
          }}
          onClose={() => setHelped(false)}
        />
      )}
    </div>
  );
}

const none: never[] = [];
