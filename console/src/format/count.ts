const grouped = new Intl.NumberFormat("en");

export const formatCount = (count: number): string => grouped.format(count);

const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** For places with room for six signs: `99,999`, `100K`, `14.7M`. */
export const formatShort = (count: number): string => (count < 100_000 ? formatCount(count) : short.format(count));

/** `1 asset`, `1,204 assets`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A share of one: `94.32 %`; never more than it is, so that only the whole is `100.00 %`. */
export const formatShare = (share: number): string =>
  `${(Math.floor(Math.round(share * 1_000_000) / 100) / 100).toFixed(2)} %`;
