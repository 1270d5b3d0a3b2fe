import { type Queried, type Question, useCounts } from "../api/queries";
import { oneOf, withOneOf } from "../query/terms";
import { FacetBox } from "./FacetBox";
import type { TermFacet } from "./queriedList";

type Props = {
  facet: TermFacet;
  entity: Queried;
  question: Question;
  isBroken: boolean;
  isAsked: boolean;
  onQuery: (query: string) => void;
};

/** Terms of which one at most stands in the query. */
export function TermFacetBox({ facet, entity, question, isBroken, isAsked, onQuery }: Props) {
  const terms = facet.terms.map(({ term }) => term);
  const chosen = oneOf(question.query, terms);
  const queries = terms.map((term) => withOneOf(question.query, terms, term));
  const { data } = useCounts(entity, question, queries, isAsked);
  return (
    <FacetBox
      title={facet.title}
      choices={
        data &&
        facet.terms.map(({ term, title }, at) => ({
          key: term,
          title,
          count: data[at],
          isOn: term === chosen,
          choose: () => onQuery(withOneOf(question.query, terms, term === chosen ? "" : term)),
        }))
      }
      isDisabled={isBroken}
      onClear={() => onQuery(withOneOf(question.query, terms, ""))}
    />
  );
}
