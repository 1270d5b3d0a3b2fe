import { Button, SearchInput, Skeleton } from "@patternfly/react-core";
import { useState } from "react";
import { type Entity, type QueryPart, type TokenRow, useTokens } from "../api/qql";
import { Drawer } from "../shell/Drawer";
import { Failure } from "../shell/Failure";
import { recentQueries } from "./recent";

type Props = {
  entity: Entity;
  part: QueryPart;
  /** Puts a term into the field. */
  onAdd: (term: string) => void;
  /** Asks a whole query. */
  onAsk: (query: string) => void;
  onClose: () => void;
};

/** How a query is written, what was asked before, and the words that there are. */
export function QueryHelp({ entity, part, onAdd, onAsk, onClose }: Props) {
  const recent = part === "query" ? recentQueries(entity) : [];
  return (
    <Drawer label="Help with queries" title="Help with queries" closeLabel="Close the help" onClose={onClose}>
      <p className="ft-query-notes">
        Join terms with <code>and</code>, <code>or</code>, <code>not</code> and brackets. Put text of several words into
        quotes; <code>*</code> stands for any characters. Lists are <code>[a,b]</code>, ranges <code>[1 .. 9]</code>,
        dates <code>2026-03-01</code> or <code>now-7d</code>.
      </p>
      <p className="ft-query-notes ft-quiet">
        Enter asks. Tab takes what is offered, the arrow keys choose. Escape leaves the field, / leads to it.
      </p>
      {recent.length > 0 && (
        <>
          <h3 className="ft-subtitle">Asked before</h3>
          <ul className="ft-query-recent">
            {recent.map((query) => (
              <li key={query}>
                <Button variant="link" isInline onClick={() => onAsk(query)}>
                  <code>{query}</code>
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className="ft-subtitle">Tokens</h3>
      <Tokens entity={entity} part={part} onAdd={onAdd} />
    </Drawer>
  );
}

function Tokens({ entity, part, onAdd }: Pick<Props, "entity" | "part" | "onAdd">) {
  const { data, error, refetch } = useTokens(entity, part);
  const [sought, setSought] = useState("");
  if (error) return <Failure error={error} retry={refetch} />;
  if (!data) return <Skeleton height="10rem" screenreaderText="Loading the tokens" />;
  const said = (token: TokenRow) => [token.name, ...token.aliases, token.help].join(" ").toLowerCase();
  const shown = data.items.filter((token) => said(token).includes(sought.trim().toLowerCase()));
  return (
    <>
      <SearchInput
        aria-label="Search tokens"
        placeholder="Search tokens"
        value={sought}
        onChange={(_event, text) => setSought(text)}
        onClear={() => setSought("")}
      />
      <dl className="ft-query-tokens">
        {shown.map((token) => (
          <div key={token.name}>
            <dt>
              <code>{token.name}</code> <span className="ft-quiet">{token.type}</span>
            </dt>
            <dd>
              {token.help}
              {token.values && <span className="ft-quiet"> ({token.values.join(", ")})</span>}
              <br />
              <Button variant="link" isInline onClick={() => onAdd(token.example)}>
                <code>{token.example}</code>
              </Button>
            </dd>
          </div>
        ))}
      </dl>
      {shown.length === 0 && <p className="ft-quiet">No token is called so.</p>}
    </>
  );
}
