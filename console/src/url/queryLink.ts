/** The address of a list with a query, and perhaps an order: `queryLink("/assets", "pendingReboot:true", "name:desc")`. */
export function queryLink(list: string, query: string, sort = ""): string {
  const params = new URLSearchParams({ query });
  if (sort) params.set("sort", sort);
  return `${list}?${params}`;
}

/** A text for a query, letter for letter: between backticks, with those inside it escaped. */
export const letterForLetter = (text: string): string => `\`${text.replace(/[\\`]/g, "\\$&")}\``;
