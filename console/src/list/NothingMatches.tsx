import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { partsOf } from "../query/terms";
import type { QueryAddress } from "./useQueryAddress";

/** Nothing fits: each term may be the one too many. */
export function NothingMatches({ address, noun }: { address: QueryAddress; noun: string }) {
  const { query, havingQuery } = address.question;
  const parts = partsOf(query) ?? [];
  const without = (at: number) => parts.filter((_part, place) => place !== at).join(" and ");
  return (
    <EmptyState titleText="Nothing matches" icon={SearchIcon} headingLevel="h2" variant="sm">
      <EmptyStateBody>
        The query finds no {noun}. {(parts.length > 1 || havingQuery) && "Leave out a part of it:"}
        {(parts.length > 1 || havingQuery) && (
          <ul className="ft-parts">
            {parts.map((part, at) => (
              <li key={part}>
                <Button
                  variant="link"
                  isInline
                  aria-label={`Leave out ${part}`}
                  onClick={() => address.set({ query: without(at) })}
                >
                  <s>
                    <code>{part}</code>
                  </s>
                </Button>
              </li>
            ))}
            {havingQuery && (
              <li>
                <Button
                  variant="link"
                  isInline
                  aria-label={`Leave out ${havingQuery}`}
                  onClick={() => address.set({ havingQuery: "" })}
                >
                  <s>
                    <code>{havingQuery}</code>
                  </s>
                </Button>
              </li>
            )}
          </ul>
        )}
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={address.clear}>
            Start again
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
