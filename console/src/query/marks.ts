import { RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { QueryError } from "../api/client";
import { spanOf } from "./places";
import { wordsOf } from "./words";

const kinds = {
  string: Decoration.mark({ class: "string" }),
  token: Decoration.mark({ class: "token" }),
  keyword: Decoration.mark({ class: "keyword" }),
  operator: Decoration.mark({ class: "operator" }),
};

function coloured(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to, kind } of wordsOf(view.state.doc.toString())) builder.add(from, to, kinds[kind]);
  return builder.finish();
}

export const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = coloured(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged) this.decorations = coloured(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export const setFaults = StateEffect.define<QueryError[]>();

/** Lines under what is wrong. They move with the text until the next answer. */
export const faults = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setFaults)) next = underlined(transaction.newDoc.toString(), effect.value);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function underlined(text: string, errors: QueryError[]): DecorationSet {
  const marks = errors.flatMap((error) => {
    const { from, to } = spanOf(text, error);
    // A place between two characters is shown at the character before it.
    const start = from === to ? Math.max(0, from - 1) : from;
    const mark = Decoration.mark({ class: "fault", attributes: { title: error.message } });
    return start < to ? [mark.range(start, to)] : [];
  });
  return Decoration.set(marks, true);
}
