/** API names as people read them: `CompletedWithErrors` → `Completed with errors`, `HASH_MISMATCH` → `Hash mismatch`. */
export function words(name: string): string {
  const spaced = name.includes("_") ? name.replaceAll("_", " ") : name.replace(/([a-z0-9])([A-Z])/g, "$1 $2");
  const lower = spaced.toLowerCase();
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

const works = {
  Install: { verb: "Install", noun: "Install", gerund: "Installing" },
  Rollback: { verb: "Uninstall", noun: "Uninstall", gerund: "Uninstalling" },
} as const;

/** The work of a job as it is shown; `Rollback` is called "Uninstall". */
export const workWords = (work: keyof typeof works) => works[work];

const obstacles: Record<string, string> = {
  Held: "The package is on hold on this machine (apt-mark hold).",
  Phased: "The update is being phased in, and this machine's turn has not come.",
  KeptBack: "apt keeps it back: it needs packages added or removed.",
  RepositoryUnreachable: "The repository could not be reached at the last scan.",
  RepositoryStale: "The repository's lists are older than they may be.",
  RepositoryUntrusted: "The repository's signature could not be verified.",
  NoCandidate: "No repository configured on this machine offers the fixed version.",
  PrerequisiteMissing: "Another patch must come first.",
  RebootFirst: "The machine must be restarted first.",
};

export const obstacleText = (obstacle: string): string => obstacles[obstacle] ?? words(obstacle);

const statuses = { Missing: "Missing", Installed: "Installed", Undetermined: "Cannot tell" } as const;

/** The status of a patch on an asset as it is shown. */
export const statusText = (status: keyof typeof statuses): string => statuses[status];

const reasons: Record<string, string> = {
  ForeignVersion:
    "What is installed is from outside of the release, such as from backports, and nothing says since when the fix is in it.",
  FactNotCollected: "The agent does not collect on this machine what the rule looks at.",
};

export const reasonText = (reason: string): string => reasons[reason] ?? words(reason);

const corroborations = {
  Reported: "Reported by assets; speaks only for them",
  ThreeAssets: "Reported alike by three assets",
  SignedIndex: "Found in a signed repository index",
  Advisory: "The vendor's own advisory",
} as const;

export const corroborationText = (name: keyof typeof corroborations): string => corroborations[name];

const reboots = { Never: "No", Maybe: "Perhaps", Always: "Yes" } as const;
export const rebootText = (reboot: keyof typeof reboots): string => reboots[reboot];
