import { EditorView } from "@codemirror/view";

const text = (name: string) => `var(--pf-t--global--text--color--${name})`;

/** In the design tokens of the page around it, so that both themes fit. */
export const look = EditorView.theme({
  "&": { backgroundColor: "transparent", color: text("regular"), fontSize: "inherit" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--pf-t--global--font--family--mono)", lineHeight: "1.5" },
  ".cm-content": { caretColor: text("regular"), padding: "0.4rem 0" },
  ".cm-line": { padding: "0 0.25rem" },
  ".cm-placeholder": { color: text("subtle") },
  ".token": { color: text("brand--default") },
  ".string": { color: text("status--success--default") },
  ".keyword": { fontWeight: "700" },
  ".operator": { color: text("subtle") },
  ".fault": {
    textDecoration: "underline wavy var(--pf-t--global--color--status--danger--default)",
    textDecorationSkipInk: "none",
    textUnderlineOffset: "0.2em",
  },
  ".cm-tooltip.cm-tooltip": {
    backgroundColor: "var(--pf-t--global--background--color--floating--default)",
    border: "1px solid var(--pf-t--global--border--color--default)",
    borderRadius: "var(--pf-t--global--border--radius--small)",
    boxShadow: "var(--pf-t--global--box-shadow--md)",
    color: text("regular"),
    maxInlineSize: "calc(100vw - 2rem)",
  },
  ".cm-tooltip-autocomplete.cm-tooltip-below": { marginBlockStart: "0.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--pf-t--global--font--family--mono)",
    maxBlockSize: "18rem",
    minInlineSize: "min(20rem, calc(100vw - 2rem))",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    gap: "1rem",
    justifyContent: "space-between",
    padding: "0.3rem 0.6rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--pf-t--global--color--brand--default)",
    color: text("on-brand--default"),
  },
  ".cm-completionLabel": { overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionDetail": { fontStyle: "normal", fontFamily: "var(--pf-t--global--font--family--body)" },
  ".cm-tooltip.cm-completionInfo": { padding: "0.5rem 0.75rem", whiteSpace: "pre-line" },
  // It would lie over what is offered.
  "@media (max-width: 767px)": { ".cm-tooltip.cm-completionInfo": { display: "none" } },
});
