import {
  acceptCompletion,
  closeCompletion,
  completionKeymap,
  completionStatus,
  moveCompletionSelection,
  startCompletion,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { useEffect, useImperativeHandle, useRef } from "react";
import type { QueryError } from "../api/client";
import type { Entity, QueryPart } from "../api/qql";
import { completions } from "./completion";
import { look } from "./look";
import { colours, faults, setFaults } from "./marks";

export type EditorHandle = {
  text: () => string;
  set: (text: string) => void;
  /** Behind what stands there. */
  add: (term: string) => void;
  focus: () => void;
};

type Props = {
  ref: React.Ref<EditorHandle>;
  entity: Entity;
  part: QueryPart;
  label: string;
  example: string;
  value: string;
  errors: QueryError[];
  /** Takes the keyboard as soon as it is there. */
  isWanted: boolean;
  onAsk: () => void;
  /** With each change of the text. */
  onChange?: (() => void) | undefined;
};

/**
 * One line that grows, in a shadow root: the editor brings style sheets of its own, which the content policy takes only
 * there. Loaded when a page first needs it.
 */
export default function Editor(props: Props) {
  const { ref, value, errors } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (!host.current) return;
    const { entity, part, label, example, value } = latest.current;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const created = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: oneLine(value),
        extensions: [
          keys(() => latest.current.onAsk()),
          history(),
          EditorView.updateListener.of((update) => update.docChanged && latest.current.onChange?.()),
          keymap.of([...historyKeymap, ...defaultKeymap]),
          completions(entity, part),
          EditorView.lineWrapping,
          EditorView.clipboardInputFilter.of(oneLine),
          EditorView.domEventHandlers({ beforeinput: typedOver }),
          EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "false" }),
          placeholder(example),
          colours,
          faults,
          look,
        ],
      }),
    });
    view.current = created;
    if (latest.current.isWanted) created.focus();
    return () => created.destroy();
  }, []);

  // The address changed by other means (back, a link): it wins over what stands in the field.
  useEffect(() => {
    if (view.current) replace(view.current, value);
  }, [value]);
  useEffect(() => {
    view.current?.contentDOM.setAttribute("aria-invalid", String(errors.length > 0));
    view.current?.dispatch({ effects: setFaults.of(errors) });
  }, [errors]);

  useImperativeHandle(ref, () => ({
    text: () => view.current?.state.doc.toString() ?? "",
    set: (text) => view.current && replace(view.current, text),
    add: (term) => view.current && append(view.current, term),
    focus: () => view.current?.focus(),
  }));
  return <div ref={host} className="ft-query-editor" />;
}

const oneLine = (text: string) => text.replace(/\s*[\r\n]+\s*/g, " ");

function replace(view: EditorView, text: string) {
  const insert = oneLine(text);
  const length = view.state.doc.length;
  if (insert === view.state.doc.toString()) return;
  view.dispatch({ changes: { from: 0, to: length, insert }, selection: { anchor: insert.length } });
}

function append(view: EditorView, term: string) {
  const before = view.state.doc.toString().trimEnd();
  replace(view, before === "" ? term : `${before} and ${term}`);
}

/**
 * Text typed over a selection: left to itself the browser keeps the look of what it takes away, as a style in the text,
 * which the content policy refuses.
 */
function typedOver(event: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || event.isComposing || event.data === null || empty) return false;
  const insert = oneLine(event.data);
  const selection = { anchor: from + insert.length };
  view.dispatch({ changes: { from, to, insert }, selection, userEvent: "input.type" });
  return true;
}

/** Enter asks, Escape closes what is offered and then leaves, Tab takes what is offered and else goes on. */
const keys = (ask: () => void) =>
  Prec.highest([
    keymap.of([
      { key: "Enter", run: (view) => acceptCompletion(view) || asked(view, ask) },
      { key: "Shift-Enter", run: (view) => asked(view, ask) },
      { key: "Tab", run: takeOffered },
      { key: "ArrowDown", run: offerAtEnd },
    ]),
    Prec.high(keymap.of([...completionKeymap, { key: "Escape", run: leave }])),
  ]);

function asked(view: EditorView, ask: () => void): boolean {
  closeCompletion(view);
  ask();
  return true;
}

function takeOffered(view: EditorView): boolean {
  if (completionStatus(view.state) !== "active") return false;
  return acceptCompletion(view) || (moveCompletionSelection(true)(view) && acceptCompletion(view));
}

function offerAtEnd(view: EditorView): boolean {
  const { selection, doc } = view.state;
  return completionStatus(view.state) === null && selection.main.head === doc.length && startCompletion(view);
}

function leave(view: EditorView): boolean {
  view.contentDOM.blur();
  return true;
}
