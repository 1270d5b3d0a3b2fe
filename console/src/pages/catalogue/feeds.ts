import { formatCount } from "../../format/count";

const feeds: Record<string, string> = {
  mssecure: "Microsoft bulletins (mssecure)",
  wesng: "Windows definitions (WES-NG)",
  "debian-dsa": "Debian advisories (DSA)",
  "debian-dla": "Debian LTS advisories (DLA)",
  "debian-tracker": "Debian security tracker",
  updateinfo: "rpm advisories (updateinfo)",
  repomd: "rpm repository (repomd)",
  kev: "Known exploited vulnerabilities (KEV)",
  epss: "Exploit prediction (EPSS)",
  nvd: "National Vulnerability Database (NVD)",
};

/** A format or feed as people know it. */
export const feedText = (name: string): string => feeds[name] ?? name;

/** `releaseLines` → `release lines`. */
export const nounText = (noun: string): string => noun.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** How much of a feed that comes in pages was read, where that is known. */
export const recordsText = ({ records, recordsOf }: { records: number | null; recordsOf: number | null }) =>
  records === null || recordsOf === null ? null : `${formatCount(records)} of ${formatCount(recordsOf)} records`;

/** In percent, of records where the feed comes in pages, else of bytes; `null`: nobody knows. */
export function syncedPercent(feed: {
  bytes: number | null;
  bytesOf: number | null;
  records: number | null;
  recordsOf: number | null;
}): number | null {
  const [done, of] = feed.records === null ? [feed.bytes, feed.bytesOf] : [feed.records, feed.recordsOf];
  return of ? Math.min(100, Math.round((100 * (done ?? 0)) / of)) : null;
}
