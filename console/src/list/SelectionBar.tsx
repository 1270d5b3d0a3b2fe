import { Button } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { counted } from "../format/count";
import type { ListSelection } from "./useListSelection";

type Props<Row> = {
  selection: ListSelection<Row>;
  noun: [string, string];
  /** What can be done with what is chosen. */
  children: ReactNode;
};

/** What is chosen, what more could be, and what can be done with it; nothing while nothing is. */
export function SelectionBar<Row>({ selection, noun, children }: Props<Row>) {
  const { chosen, more } = selection;
  if (!chosen) return null;
  return (
    <section className="ft-selection" aria-label="Selection">
      <span role="status">
        <b>
          {chosen.kind === "everything" && "All "}
          {counted(chosen.count, ...noun)}
        </b>{" "}
        {chosen.kind === "everything" ? "that match selected" : "selected"}
      </span>
      {more !== null && (
        <Button variant="link" isInline onClick={selection.chooseEverything}>
          Select all {counted(more, ...noun)} that match
        </Button>
      )}
      <Button variant="link" isInline onClick={selection.clear}>
        Clear selection
      </Button>
      <span className="ft-selection-actions">{children}</span>
    </section>
  );
}
