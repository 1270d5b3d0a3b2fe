/** The address of a list with a query, and perhaps an order: `queryLink("/assets", "pendingReboot:true", "name:desc")`. */
export function queryLink(list: string, query: string, sort = ""): string {
  const params = new URLSearchParams({ query });
  if (sort) params.set("sort", sort);
  return `${list}?${params}`;
}
