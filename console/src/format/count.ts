const grouped = new Intl.NumberFormat("en");

export const formatCount = (count: number): string => grouped.format(count);

/** `1 asset`, `1,204 assets`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A share of one: `94.32 %`; never more than it is, so that only the whole is `100.00 %`. */
export const formatShare = (share: number): string =>
  `${(Math.floor(Math.round(share * 1_000_000) / 100) / 100).toFixed(2)} %`;
