import { Button, Tooltip } from "@patternfly/react-core";
import MinusIcon from "@patternfly/react-icons/dist/esm/icons/minus-icon";
import HelpIcon from "@patternfly/react-icons/dist/esm/icons/outlined-question-circle-icon";
import PlusIcon from "@patternfly/react-icons/dist/esm/icons/plus-icon";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";
import type { ApiError, QueryError } from "../api/client";
import { type Entity, type QueryPart, type QueryTexts, timeZone } from "../api/qql";
import { useSlashKey } from "../table/useSlashKey";
import type { ListAddress } from "../url/useListState";
import type { EditorHandle } from "./Editor";
import { QueryField } from "./QueryField";
import { QueryHelp } from "./QueryHelp";
import { QueryMeaning } from "./QueryMeaning";

/** What a list's second query is about, in words for its buttons and its label. */
export type Having = {
  add: string;
  remove: string;
  label: string;
  /** Stands in the field, before the text. */
  lead: string;
  example: string;
};

type Props = {
  entity: Entity;
  label: string;
  example: string;
  /** Holds `query` and, with `having`, `havingQuery`. */
  address: ListAddress;
  /** Why the list was refused. */
  error: ApiError | null;
  having?: Having;
  /** Of dates that name no zone, where it is not the browser's. */
  tz?: string;
};

const none: QueryError[] = [];

/** The search bar of Fettle's query language: one query, and where the list takes it a second about what is tied. */
export function QuerySearch({ entity, label, example, address, error, having, tz = timeZone() }: Props) {
  const texts = { query: address.filters.query ?? "", havingQuery: address.filters.havingQuery ?? "" };
  const first = useRef<EditorHandle>(null);
  const second = useRef<EditorHandle>(null);
  const [isOpened, setOpened] = useState(false);
  const [helped, setHelped] = useState<QueryPart | null>(null);
  // The editor may not be loaded yet.
  const [isWanted, setWanted] = useState(false);
  useSlashKey(() => (first.current ? first.current.focus() : setWanted(true)));
  const hasSecond = having !== undefined && (isOpened || texts.havingQuery !== "");

  const errorsOf = (part: QueryPart) => (error?.code === "QQL_INVALID" && error.field === part ? error.errors : none);
  const ask = (changed: Partial<QueryTexts> = {}) => {
    const written = {
      query: first.current?.text() ?? texts.query,
      havingQuery: second.current?.text() ?? texts.havingQuery,
    };
    const next = { ...written, ...changed };
    const asked = { query: next.query.trim(), havingQuery: next.havingQuery.trim() };
    first.current?.set(asked.query);
    second.current?.set(asked.havingQuery);
    address.set(asked);
  };
  const closeSecond = () => {
    setOpened(false);
    ask({ havingQuery: "" });
  };
  const add = (term: string) => {
    const field = helped === "havingQuery" ? second : first;
    // The drawer gives the focus back when it goes; the field takes it after that.
    flushSync(() => setHelped(null));
    field.current?.add(term);
    field.current?.focus();
  };
  const help = (part: QueryPart) => (
    <IconButton
      icon={<HelpIcon />}
      text={`Help with: ${part === "query" ? label : having?.label}`}
      onClick={() => setHelped(part)}
    />
  );
  return (
    <search className="ft-query-search" aria-label={label}>
      <QueryField
        ref={first}
        entity={entity}
        part="query"
        label={label}
        example={example}
        value={texts.query}
        errors={errorsOf("query")}
        isWanted={isWanted}
        onAsk={() => ask()}
        onClear={texts.query ? () => ask({ query: "" }) : undefined}
      >
        {having && !hasSecond && <IconButton icon={<PlusIcon />} text={having.add} onClick={() => setOpened(true)} />}
        {help("query")}
      </QueryField>
      {hasSecond && (
        <QueryField
          ref={second}
          entity={entity}
          part="havingQuery"
          label={having.label}
          lead={having.lead}
          example={having.example}
          value={texts.havingQuery}
          errors={errorsOf("havingQuery")}
          isWanted={isOpened}
          onAsk={() => ask()}
        >
          <IconButton icon={<MinusIcon />} text={having.remove} onClick={closeSecond} />
          {help("havingQuery")}
        </QueryField>
      )}
      {(texts.query || texts.havingQuery) && error?.code !== "QQL_INVALID" && (
        <QueryMeaning entity={entity} texts={texts} tz={tz} />
      )}
      {helped && (
        <QueryHelp
          entity={entity}
          part={helped}
          onAdd={add}
          onAsk={(query) => {
            setHelped(null);
            ask({ query });
          }}
          onClose={() => setHelped(null)}
        />
      )}
    </search>
  );
}

function IconButton({ icon, text, onClick }: { icon: React.ReactNode; text: string; onClick: () => void }) {
  return (
    <Tooltip content={text} aria="none">
      <Button variant="plain" icon={icon} aria-label={text} onClick={onClick} />
    </Tooltip>
  );
}
