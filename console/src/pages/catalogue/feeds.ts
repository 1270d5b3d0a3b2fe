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
