import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  type Completion as Option,
  pickedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import type { EditorView } from "@codemirror/view";
import { type Completion, complete, type Entity, type QueryPart } from "../api/qql";
import { spanOf, toCharacters } from "./places";
import { recentQueries } from "./recent";

/** What may follow, as the server says; for the empty text what was asked before stands first. */
export const completions = (entity: Entity, part: QueryPart) =>
  autocompletion({
    override: [(context) => offered(entity, part, context)],
    icons: false,
    // Enter asks the query; a completion is taken after it was chosen with the arrows, or with Tab.
    selectOnOpen: false,
    interactionDelay: 0,
    maxRenderedOptions: 30,
  });

async function offered(entity: Entity, part: QueryPart, context: CompletionContext): Promise<CompletionResult | null> {
  const text = context.state.doc.toString();
  const answer = await complete(entity, part, text, toCharacters(text, context.pos)).catch(() => null);
  // No answer: nothing is offered, and the list itself says that the server does not answer.
  if (!answer || context.aborted) return null;
  const recent = part === "query" && text === "" ? recentQueries(entity).slice(0, 5) : [];
  const span = spanOf(text, answer.replace);
  // A whole name is offered too, before the signs that may follow it: taking it would change nothing.
  const items = answer.items.filter(({ insert }) => insert !== text.slice(span.from, span.to));
  const options = [...recent.map(recentOption), ...items.map(option)];
  return options.length > 0 ? { ...span, options, filter: false } : null;
}

const recentOption = (query: string): Option => ({ label: query, detail: "recent", type: "recent" });

function option(item: Completion): Option {
  const { label, kind, type, count, help, example } = item;
  const detail = kind === "search" ? "saved" : count === undefined ? type : String(count);
  const info = kind === "search" ? item.insert : [help, example && `Example: ${example}`].filter(Boolean).join("\n");
  return {
    label,
    type: kind,
    ...(detail ? { detail } : {}),
    ...(info ? { info } : {}),
    apply: (view, chosen, from, to) => apply(view, item, chosen, from, to),
  };
}

function apply(view: EditorView, item: Completion, chosen: Option, from: number, to: number) {
  const insert = item.kind === "keyword" ? apart(view, item.insert, from) : item.insert;
  view.dispatch({
    changes: { from, to, insert },
    selection: { anchor: from + insert.length },
    annotations: pickedCompletion.of(chosen),
    userEvent: "input.complete",
  });
  // A value ends a term, and a search is whole; all else is followed by something.
  if (item.kind !== "value" && item.kind !== "search") startCompletion(view);
}

/** A word such as `and` stands between blanks. */
function apart(view: EditorView, word: string, from: number): string {
  const before = view.state.sliceDoc(from - 1, from);
  const lead = before === "" || /[\s(]/.test(before) ? "" : " ";
  return `${lead}${word} `;
}
