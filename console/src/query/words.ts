export type Word = { from: number; to: number; kind: "string" | "token" | "keyword" | "operator" };

const strings = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|`[^`]*`?/;
const words = new RegExp(
  `(?<string>${strings.source})|(?<token>[A-Za-z][\\w.]*)(?=\\s*[:<>]|\\s+is\\s)|(?<keyword>\\b(?:and|or|not|is|null)\\b)|(?<operator>\\.\\.|[:<>=()[\\],])|[^\\s:<>=()[\\],]+`,
  "gi",
);

/** For colours alone: what a text means is the server's to say. A value with a colon inside is one word. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(words)].flatMap((match) => {
    const kind = Object.entries(match.groups ?? {}).find(([, word]) => word !== undefined)?.[0];
    return kind ? [{ from: match.index, to: match.index + match[0].length, kind: kind as Word["kind"] }] : [];
  });
}
