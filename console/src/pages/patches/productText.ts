import type { PatchRow } from "../../api/types";

/** What a patch is for: by the vendor's names where there are some, of which the shortest stands for the others. */
export function productText({ product, products }: Pick<PatchRow, "product" | "products">): string {
  const [first, ...others] = [...products].sort((left, right) => left.length - right.length);
  if (first === undefined) return product;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
