import { Title } from "@patternfly/react-core";
import { type TokenRow, useTokens } from "../api/qql";
import type { Question } from "../api/queries";
import { Drawer } from "../shell/Drawer";
import type { Facet, QueriedList } from "./queriedList";
import { TermFacetBox } from "./TermFacetBox";
import { useWide } from "./useWide";
import { ValueFacetBox } from "./ValueFacetBox";

type Props<Row> = {
  list: QueriedList<Row>;
  question: Question;
  /** The query does not hold: counts of before stay, and nothing can be chosen. */
  isBroken: boolean;
  /** The query holds, and what it finds is there. */
  isAsked: boolean;
  onQuery: (query: string) => void;
  onClose: () => void;
};

/** Beside the list where there is room, else over it. */
export function FacetPanel<Row>(props: Props<Row>) {
  const isWide = useWide();
  if (!isWide) {
    return (
      <Drawer label="Filters" title="Filters" closeLabel="Close the filters" onClose={props.onClose}>
        <Facets {...props} />
      </Drawer>
    );
  }
  return (
    <aside aria-label="Filters" className="ft-facets">
      <Title headingLevel="h2" size="md">
        Filters
      </Title>
      <Facets {...props} />
    </aside>
  );
}

function Facets<Row>({ list, question, isBroken, isAsked, onQuery }: Props<Row>) {
  const { data } = useTokens(list.entity, "query");
  const shared = { entity: list.entity, question, isBroken, isAsked, onQuery };
  const boxes = list.facets.map((facet) => {
    if ("terms" in facet) return <TermFacetBox key={facet.title} facet={facet} {...shared} />;
    const token = tokenOf(data?.items, facet);
    // What this server has no facts for is not offered.
    return token && <ValueFacetBox key={facet.title} facet={facet} kind={token.type} {...shared} />;
  });
  return (
    <>
      {isBroken && <p className="ft-quiet">Filters can be chosen once the query is right.</p>}
      {boxes}
    </>
  );
}

const tokenOf = (tokens: TokenRow[] | undefined, facet: Facet) =>
  "token" in facet
    ? tokens?.find(({ name, grouping }) => name === facet.token && grouping !== "notGroupable")
    : undefined;
