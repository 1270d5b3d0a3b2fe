// Queries as the console writes them: values with the quotes that they need, and terms that are joined by `and`. What a
// text means is the server's to say; here its top level is taken apart as far as the console wrote it itself.

/** A value of a token; `null` where it has none. */
export type TermValue = string | null;
/** The unit that dates are grouped in. */
export type Interval = "day" | "week" | "month" | "quarter" | "year";
export const intervals: readonly Interval[] = ["day", "week", "month", "quarter", "year"];

const keywords = ["and", "or", "not", "is", "null"];
/** Needs no quotes wherever a value may stand: no blank, sign, bracket, wildcard or `..` in it. */
const plain = /^[\p{L}\p{N}_-][\p{L}\p{N}_+~/-]*(?:\.[\p{L}\p{N}_+~/-]+)*$/u;

/**
 * A value so that it means itself and nothing else. Of a `text` only backticks ask for the whole value; of other kinds
 * quotes do.
 */
export function written(value: string, kind: string): string {
  const escaped = (quote: string) => quote + value.replace(/\\/g, "\\\\").replaceAll(quote, `\\${quote}`) + quote;
  if (kind === "text") return escaped("`");
  return plain.test(value) && !keywords.includes(value.toLowerCase()) ? value : escaped('"');
}

/** Any of the values. */
export function termOf(token: string, kind: string, values: TermValue[]): string {
  const said = values.filter((value) => value !== null).map((value) => written(value, kind));
  const terms = [
    ...(values.includes(null) ? [`${token} is null`] : []),
    ...(said.length > 0 ? [`${token}:${said.length === 1 ? said[0] : `[${said.join(",")}]`}`] : []),
  ];
  return terms.length > 1 ? `(${terms.join(" or ")})` : (terms[0] ?? "");
}

/** What a group of dates holds: the unit that begins on `firstDay` (`2026-05-01`). */
export function dateTerm(token: string, firstDay: string, interval: Interval): string {
  const [year = "", month = ""] = firstDay.split("-");
  switch (interval) {
    case "day":
      return `${token}:${firstDay}`;
    case "week":
      return `${token}:[${firstDay} .. ${daysLater(firstDay, 6)}]`;
    case "month":
      return `${token}:${year}-${month}`;
    case "quarter":
      return `${token}:[${year}-${month} .. ${year}-${String(Number(month) + 2).padStart(2, "0")}]`;
    case "year":
      return `${token}:${year}`;
  }
}

function daysLater(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

type Piece = { text: string; isWord: boolean };

/** Words, quoted texts and signs of the top level; what stands in brackets is one piece. `null`: something is open. */
function pieces(query: string): Piece[] | null {
  const found: Piece[] = [];
  let at = 0;
  while (at < query.length) {
    const rest = query.slice(at);
    const blank = /^\s+/.exec(rest)?.[0];
    if (blank) {
      at += blank.length;
      continue;
    }
    const end = "([".includes(rest.charAt(0)) ? bracketEnd(query, at) : wordEnd(query, at);
    if (end === null || end === at) return null;
    const text = query.slice(at, end);
    found.push({ text, isWord: !/^[([]/.test(text) });
    at = end;
  }
  return found;
}

const quotes = `"'\``;
/** Behind this a quote begins a value. */
const beforeValue = /(?:^|[\s([,])(?:[A-Za-z][\w.]*\s*[:<>=]+)?$/;

/** The place behind the quoted text that begins at `at`; `null` if it is not closed. */
function quoteEnd(query: string, at: number): number | null {
  const quote = query[at];
  for (let next = at + 1; next < query.length; next += 1) {
    if (query[next] === "\\" && `${quotes}\\`.includes(query[next + 1] ?? " ")) next += 1;
    else if (query[next] === quote) return next + 1;
  }
  return null;
}

function isQuote(query: string, at: number): boolean {
  return quotes.includes(query[at] ?? " ") && beforeValue.test(query.slice(0, at));
}

function wordEnd(query: string, from: number): number | null {
  let at = from;
  while (at < query.length && !/[\s()[\]]/.test(query.charAt(at))) {
    if (!isQuote(query, at)) at += 1;
    else {
      const end = quoteEnd(query, at);
      if (end === null) return null;
      at = end;
    }
  }
  return at;
}

/** Either bracket closes either: ranges leave out one end and hold the other. */
function bracketEnd(query: string, from: number): number | null {
  let depth = 0;
  let at = from;
  while (at < query.length) {
    const sign = query.charAt(at);
    if (isQuote(query, at)) {
      const end = quoteEnd(query, at);
      if (end === null) return null;
      at = end;
      continue;
    }
    if ("([".includes(sign)) depth += 1;
    if (")]".includes(sign)) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return null;
}

/**
 * What a query joins by `and` at its top level, each as it was written. One that is joined by `or` is a whole, in
 * brackets. `null`: a quote or bracket is open.
 */
export function partsOf(query: string): string[] | null {
  if (query.trim() === "") return [];
  const found = pieces(query);
  if (!found) return null;
  const is = (piece: Piece, keyword: string) => piece.isWord && piece.text.toLowerCase() === keyword;
  if (found.some((piece) => is(piece, "or"))) return [`(${query.trim()})`];
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  for (const piece of found) {
    const start = query.indexOf(piece.text, at);
    at = start + piece.text.length;
    if (!is(piece, "and")) continue;
    parts.push(query.slice(from, start).trim());
    from = at;
  }
  return [...parts, query.slice(from).trim()];
}

/** The query with one more term that has to hold. */
export function withTerm(query: string, term: string): string {
  const parts = partsOf(query);
  if (!parts) return `${query} and ${term}`;
  return parts.includes(term) ? query : [...parts, term].join(" and ");
}

/** The query in which of `terms` only `term` stands; none if it is empty. */
export function withOneOf(query: string, terms: readonly string[], term: string): string {
  const others = (partsOf(query) ?? [query]).filter((part) => !terms.includes(part));
  return (term ? [...others, term] : others).join(" and ");
}

/** Which of `terms` stands at the top level. */
export function oneOf(query: string, terms: readonly string[]): string | undefined {
  const parts = partsOf(query) ?? [];
  return terms.find((term) => parts.includes(term));
}

/** The values that a query asks of a token in a term of their own. */
export function valuesOf(query: string, token: string, kind: string): TermValue[] {
  for (const part of partsOf(query) ?? []) {
    const values = readTerm(part, token, kind);
    if (values) return values;
  }
  return [];
}

/** The query with these values of the token, in place of those that it asks for; with none, without the token. */
export function withValues(query: string, token: string, kind: string, values: TermValue[]): string {
  const term = values.length > 0 ? termOf(token, kind, values) : "";
  const parts = partsOf(query);
  const place = parts?.findIndex((part) => readTerm(part, token, kind)) ?? -1;
  if (!parts || place < 0) return term ? withTerm(query, term) : query;
  return parts.flatMap((part, at) => (at !== place ? [part] : term ? [term] : [])).join(" and ");
}

/** The values of a term about the token alone, if the part is one. */
function readTerm(part: string, token: string, kind: string): TermValue[] | null {
  const name = token.replaceAll(".", "\\.");
  if (new RegExp(`^${name}\\s+is\\s+null$`, "i").test(part)) return [null];
  const both = new RegExp(`^\\(\\s*(${name}\\s+is\\s+null)\\s+or\\s+(.*)\\)$`, "is").exec(part);
  if (both?.[2]) {
    const values = readTerm(both[2].trim(), token, kind);
    return values && [null, ...values];
  }
  const said = new RegExp(`^${name}\\s*[:=]\\s*(.+)$`, "s").exec(part)?.[1];
  if (!said) return null;
  const list = /^\[(.*)\]$/s.exec(said)?.[1];
  const values = list === undefined ? [said] : separated(list);
  const read = values.map((value) => readValue(value.trim(), kind));
  return read.every((value) => value !== null) ? read : null;
}

/** Cut at commas outside of quotes. */
function separated(list: string): string[] {
  const values: string[] = [];
  let from = 0;
  for (let at = 0; at < list.length; at += 1) {
    if (isQuote(list, at)) at = (quoteEnd(list, at) ?? list.length) - 1;
    else if (list[at] === ",") {
      values.push(list.slice(from, at));
      from = at + 1;
    }
  }
  return [...values, list.slice(from)];
}

/** `null`: a pattern, a range, a comparison, words of a `text`, or something else that names no single value. */
function readValue(text: string, kind: string): string | null {
  if (kind === "text" && !text.startsWith("`")) return null;
  if (isQuote(text, 0)) {
    return quoteEnd(text, 0) === text.length ? text.slice(1, -1).replace(/\\(["'`\\])/g, "$1") : null;
  }
  return text === "" || /[*?[\]()<>=]|\.\./.test(text) ? null : text;
}
