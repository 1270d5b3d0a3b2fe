import type { QueryError } from "../api/client";

// The server counts characters, the browser UTF-16 units: an emoji is one of the first and two of the second.

export const toUnits = (text: string, characters: number): number =>
  [...text].slice(0, characters).reduce((sum, character) => sum + character.length, 0);

export const toCharacters = (text: string, units: number): number => [...text.slice(0, units)].length;

export const spanOf = (text: string, { offset, length }: { offset: number; length: number }) => ({
  from: toUnits(text, offset),
  to: toUnits(text, offset + length),
});

/** What may be put into the text so that the error goes away; of some errors the server names only what was expected. */
export const remedies = ({ code, suggestions }: QueryError): string[] =>
  code === "QQL_SYNTAX" ? [] : suggestions.slice(0, 5);

/** The text with a suggestion in it. */
export function mended(text: string, error: QueryError, suggestion: string): string {
  const { from, to } = spanOf(text, error);
  if (error.code === "QQL_UNTERMINATED") return text + suggestion;
  if (error.code === "QQL_MISSING_OPERATOR")
    return `${text.slice(0, from).trimEnd()} ${suggestion} ${text.slice(from)}`;
  return text.slice(0, from) + suggestion + text.slice(to);
}
