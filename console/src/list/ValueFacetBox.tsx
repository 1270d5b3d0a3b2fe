import { Button } from "@patternfly/react-core";
import { useState } from "react";
import { type Queried, type Question, useGroups } from "../api/queries";
import { type TermValue, valuesOf, withValues } from "../query/terms";
import { type Choice, FacetBox } from "./FacetBox";
import type { ValueFacet } from "./queriedList";
import { shownValue } from "./shownValue";

type Props = {
  facet: ValueFacet;
  kind: string;
  entity: Queried;
  question: Question;
  isBroken: boolean;
  isAsked: boolean;
  onQuery: (query: string) => void;
};

const few = 6;
const many = 50;

/**
 * The commonest values of a token. They are counted as if the query did not ask for any of them, so that a second one can
 * be added to the first.
 */
export function ValueFacetBox({ facet, kind, entity, question, isBroken, isAsked, onQuery }: Props) {
  const [limit, setLimit] = useState(few);
  const { token, title } = facet;
  const chosen = valuesOf(question.query, token, kind);
  const others = withValues(question.query, token, kind, []);
  const { data } = useGroups(entity, { ...question, query: others, groupBy: token, limit }, isAsked);
  const counted = data?.groups?.map(({ values, count }) => ({ value: asText(values[0]), count }));
  const isOn = (value: TermValue) => chosen.some((one) => isSame(one, value));
  const unseen = chosen.filter((value) => !counted?.some((one) => isSame(one.value, value)));
  // One value that everything has narrows nothing.
  const isIdle = chosen.length === 0 && counted?.length === 1 && counted[0]?.count === data?.total;
  const choice = (value: TermValue, count: number | undefined): Choice => ({
    key: value === null ? "null" : `is ${value}`,
    title: facet.words?.[value ?? ""] ?? shownValue(value, kind),
    count,
    isOn: isOn(value),
    choose: () => {
      const next = isOn(value) ? chosen.filter((one) => !isSame(one, value)) : [...chosen, value];
      onQuery(withValues(question.query, token, kind, next));
    },
  });
  if (isIdle) return null;
  return (
    <FacetBox
      title={title}
      choices={
        counted && [
          ...counted.map(({ value, count }) => choice(value, count)),
          ...unseen.map((value) => choice(value, undefined)),
        ]
      }
      isDisabled={isBroken}
      onClear={() => onQuery(others)}
    >
      {limit === few && counted?.length === few && data?.other !== null && (
        <Button variant="link" isInline aria-label={`More: ${title}`} onClick={() => setLimit(many)}>
          More
        </Button>
      )}
    </FacetBox>
  );
}

const asText = (value: unknown): TermValue => (value === null || value === undefined ? null : String(value));

/** Case does not matter to the language. */
const isSame = (one: TermValue, other: TermValue) => one?.toLowerCase() === other?.toLowerCase();
