// Shapes of the operator API `/v1`. Times are RFC 3339 in UTC, sizes are bytes.
import type { TagName } from "./tagTypes";

export type Facet = { name: string; values: { value: string; label: string; count: number }[] };
export type Page<T> = { items: T[]; total: number; next: string | null; facets: Facet[] };
export type Items<T> = { items: T[] };

export type About = {
  version: string;
  organisation: string;
  organisationId: string;
  agentPort: number;
  agentUrl: string;
  serverCa: string;
  setupNeeded: boolean;
  /** Assets that one job takes at most. */
  maxJobAssets: number;
};

export type User = { id: string; username: string; firstName: string; lastName: string; roles: string[] };
export type Session = { user: User; expiresAt: string };
export type SetupRequest = {
  code: string;
  username: string;
  password: string;
  firstName: string;
  lastName: string;
  email: string;
};

export type Token = { id: string; name: string; createdAt: string; expiresAt: string; lastUsedAt: string | null };
export type CreatedToken = { id: string; name: string; expiresAt: string; token: string };

export type ActivationKey = {
  id: string;
  title: string;
  enabled: boolean;
  maxAgents: number | null;
  expireDate: string | null;
  createdAt: string;
  usedCount: number;
  lastUsedAt: string | null;
  installLine: string;
};

export type UrgentPatch = {
  patchId: string;
  title: string;
  security: boolean;
  cves: string[] | null;
  urgency: string | null;
  missing: number;
  published: string | null;
};
export type Overview = {
  assets: number;
  assetsScanned: number;
  assetsPending: number;
  assetsFailed: number;
  assetsNotAssessed: number;
  packages: number;
  updatesMissing: number;
  securityMissing: number;
  updatesUndetermined: number;
  cves: number;
  cvesRead: number;
  cvesOf: number;
  knownExploited: number | null;
  rebootPending: number;
  assetsOverdue: number;
  urgent: UrgentPatch[];
};

export type ScanStatus = "Pending" | "Scanning" | "Scanned" | "Failed" | "NotSupported";
export type AgentStatus = "Provisioned" | "Active" | "Inactive" | "Uninstalled";
export type DeploymentState =
  | "Pending"
  | "Received"
  | "Blocked"
  | "Deferred"
  | "RunningPreActions"
  | "Downloading"
  | "Downloaded"
  | "Patching"
  | "RunningPostActions"
  | "PendingReboot"
  | "Rebooting"
  | "Verifying"
  | "Completed"
  | "CompletedWithErrors"
  | "Failed"
  | "TimedOut"
  | "NotAttempted"
  | "Aborted"
  | "Canceled"
  | "CanceledBlackout"
  | "NotApplicable"
  | "NoPatches"
  | "NotLicensed"
  | "Skipped";
export type PatchOutcome =
  | "PendingExecution"
  | "Executing"
  | "PendingReboot"
  | "PendingVerification"
  | "Success"
  | "Installed"
  | "Failed"
  | "Superseded"
  | "NotApplicable"
  | "Skipped";

export type AssetRow = {
  id: string;
  name: string;
  fqdn: string | null;
  operatingSystem: string;
  osFamily: string;
  address: string | null;
  scanStatus: ScanStatus;
  scanReason: string | null;
  scannedAt: string | null;
  agentStatus: AgentStatus;
  lastCheckedIn: string | null;
  connected: boolean;
  agentVersion: string;
  missingPatchCount: number;
  missingSecurityCount: number;
  installedPatchCount: number;
  undeterminedPatchCount: number;
  overdueCount: number;
  missingPackageCount: number;
  packageCount: number;
  lastLoggedOnUser: string | null;
  pendingReboot: boolean;
  lastDeployment: { deploymentId: string; jobId: string; state: DeploymentState; at: string } | null;
};

export type Facts = {
  hostname: string;
  fqdn: string | null;
  os: { family: string; id: string; version: string; name: string; codename: string | null; arch: string };
  kernel: string | null;
  hardware: {
    manufacturer: string | null;
    model: string | null;
    serial: string | null;
    biosVersion: string | null;
    biosDate: string | null;
    processor: string | null;
    processors: number | null;
    virtualisation: string | null;
  };
  memoryMb: number | null;
  disks: { mount: string; fileSystem: string; sizeBytes: number; freeBytes: number }[];
  interfaces: { name: string; mac: string | null; addresses: string[] }[];
  loggedOn: string | null;
  bootedAt: string | null;
  timezone: string | null;
  pendingReboot: { reason: string; detail: string | null }[];
  staleProcesses: { pid: number; name: string; package: string | null; file: string }[];
};

export type Collector = {
  name: string;
  result: "Ok" | "Failed";
  tookMs: number;
  code: string | null;
  text: string | null;
};
export type AssetRepository = {
  repo: string;
  result: string;
  text: string | null;
  listDate: string | null;
  validUntil: string | null;
  lists: string;
  uri: string | null;
  distribution: string | null;
};
export type SelfCheck = { id: string; result: "Passed" | "Warning" | "Failed"; text: string };
export type AssetDetails = AssetRow & {
  facts: Facts;
  enrolledAt: string;
  incarnation: number;
  activationKey: { id: string; title: string } | null;
  previousAssetId: string | null;
  previousOf: string | null;
  droppedComponents: number;
  collectors: Collector[];
  repositories: AssetRepository[];
  selfCheck: SelfCheck[];
  certificateNotAfter: string | null;
  profile: { checkInSeconds: number; scanIntervalHours: number };
  /** By path. */
  tags: TagName[];
};

export type SoftwareRow = {
  kind: string;
  name: string;
  version: string | null;
  architecture: string | null;
  source: string | null;
  sourceVersion: string | null;
  candidate: string | null;
  obstacle: string | null;
};

export type Corroboration = "Reported" | "ThreeAssets" | "SignedIndex" | "Advisory";
export type Reboot = "Never" | "Maybe" | "Always";
export type PatchRow = {
  id: string;
  title: string;
  vendor: string;
  advisory: string | null;
  kb: string | null;
  bulletin: string | null;
  products: string[];
  source: string;
  sourceVersion: string;
  product: string;
  repository: string;
  severity: string;
  isSeverityDerived: boolean;
  category: string;
  isSecurity: boolean;
  urgency: string | null;
  cves: string[] | null;
  published: string | null;
  syncedAt: string;
  sizeBytes: number | null;
  reboot: Reboot;
  isSuperseded: boolean;
  enabled: boolean;
  deleted: boolean;
  isHidden: boolean;
  hiddenReason: string | null;
  corroboration: Corroboration;
  missingCount: number;
  installedCount: number;
  undeterminedCount: number;
  overdueCount: number;
};
export type VulnerabilityRow = {
  cve: string;
  sources: string[];
  patchCount: number;
  exposedCount: number;
  published: string | null;
  isKnownExploited: boolean;
  isUsedByRansomware: boolean;
  knownExploitedDue: string | null;
  cvss: Cvss | null;
  severity: string;
  epss: number | null;
  priority: Priority;
};
export type Cvss = { score: number; version: string; source: string; vector: string };
/** Points; `total` is the sum of the others. */
export type Priority = {
  total: number;
  knownExploited: number;
  ransomware: number;
  epss: number;
  cvss: number;
  exposed: number;
};
export type KnownExploited = {
  vendor: string;
  product: string;
  name: string;
  dateAdded: string;
  dueDate: string;
  requiredAction: string;
  ransomware: boolean;
  notes: string;
};
export type Epss = {
  probability: number;
  percentile: number | null;
  modelVersion: string | null;
  scoreDate: string | null;
};
export type VulnerabilityFacts = {
  description: string | null;
  disclosed: string | null;
  isRejected: boolean;
  scores: Cvss[];
  knownExploited: KnownExploited | null;
  delistedAt: string | null;
  epss: Epss | null;
};
export type SourceStatement = {
  product: string;
  source: string;
  status: string;
  fixedVersion: string | null;
  urgency: string;
  noAdvisory: string | null;
  /** None of unstable: no machine tells that it runs it. */
  affectedCount: number | null;
};
export type VulnerabilityDetails = VulnerabilityRow & {
  facts: VulnerabilityFacts;
  patches: PatchRow[];
  statements: SourceStatement[];
  affectedCount: number;
};
export type PatchReference = { patchId: string; title: string };
export type PatchPackage = {
  name: string;
  architecture: string;
  fixedVersion: string;
  sizeBytes: number | null;
  sha256: string | null;
};
export type PatchDetails = PatchRow & {
  description: string;
  nativeIds: { scheme: string; value: string }[];
  packages: PatchPackage[];
  supersedes: PatchReference[];
  supersededBy: PatchReference[];
  rule: string;
};
/** `Undetermined`: it cannot be told. */
export type FindingStatus = "Missing" | "Installed" | "Undetermined";
export type AssetPatchRow = PatchRow & {
  status: FindingStatus;
  isLatest: boolean;
  obstacle: string | null;
  /** Of what cannot be told: why. */
  findingReason: string | null;
  since: string;
  /** None where no rule gives one. */
  dueDate: string | null;
  isExcepted: boolean;
  isOverdue: boolean;
  packagesHere: { name: string; architecture: string; installed: string; fixed: string | null }[];
};
export type PatchAssetRow = {
  asset: AssetRow;
  status: FindingStatus;
  obstacle: string | null;
  findingReason: string | null;
  since: string;
  dueDate: string | null;
  isExcepted: boolean;
  isOverdue: boolean;
};

export type Explanation = {
  status: FindingStatus | "NotApplicable";
  sentence: string;
  findingReason: string | null;
  obstacle: string | null;
  obstacleText: string | null;
  isLatest: boolean;
  supersededBy: PatchReference[];
  since: string | null;
  slaStart: string | null;
  dueDate: string | null;
  isExcepted: boolean;
  isOverdue: boolean;
  evidence: { check: string; subject: string; found: string; op: string; expected: string; holds: boolean }[];
  source: { feed: string; nativeId: string; corroboration: Corroboration; text: string };
  evaluatedAt: string;
  inventoryAt: string | null;
};

export type Work = "Install" | "Rollback";
export type JobOptions = { allowRemovals: boolean; continueOnPatchFailure: boolean; suppressReboots: boolean };
export type JobDraft = {
  name: string;
  description?: string;
  work: Work;
  assets: string[];
  patches: string[];
  options?: Partial<JobOptions>;
};
export type RunState = "Published" | "Running" | "Finished" | "Canceled";
export type RunResult = "Succeeded" | "PartiallySucceeded" | "Failed" | "NothingToDo";
export type RunRow = {
  id: string;
  jobId: string;
  number: number;
  state: RunState;
  result: RunResult | null;
  publishedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  counts: Partial<Record<DeploymentState, number>>;
  applicable: number;
  reported: number;
  completionPercent: number;
  assetSuccessPercent: number;
  patchSuccessPercent: number;
};
export type JobRow = {
  id: string;
  name: string;
  description: string;
  work: Work;
  status: "Disabled" | "Enabled" | "Completed";
  owner: string;
  createdAt: string;
  patchCount: number;
  assetCount: number;
  revision: number;
  lastRun: RunRow | null;
};
export type DryRunRow = { id: string; createdAt: string; state: "Waiting" | "Finished" };
export type JobDetails = JobRow & {
  assets: { id: string; name: string }[];
  patches: { id: string; title: string; source: string; sourceVersion: string }[];
  options: JobOptions;
  runs: RunRow[];
  dryRuns: DryRunRow[];
};
export type RunDetails = RunRow & { job: JobRow };

export type PlannedChange = { name: string; arch: string; from: string | null; to: string | null; wanted: boolean };
export type DryRunVerdict = "WouldInstall" | "WouldRollBack" | "Installed" | "NotApplicable" | "WouldFail";
export type DryRunAsset = {
  id: string;
  name: string;
  state: "Waiting" | "Done" | "NotConnected";
  changes: PlannedChange[];
  patches: { patchId: string; title: string; verdict: DryRunVerdict; reason: string | null; text: string | null }[];
  downloadBytes: number | null;
  diskBytes: number | null;
  rebootExpected: boolean;
  problem: { reason: string; text: string } | null;
};
export type DryRun = DryRunRow & {
  assets: DryRunAsset[];
  totals: {
    assets: number;
    answered: number;
    changes: number;
    removals: number;
    downloadBytes: number;
    reboots: number;
    wouldFail: number;
  };
};

export type DeploymentRow = {
  id: string;
  runId: string;
  jobId: string;
  jobName: string;
  work: Work;
  asset: { id: string; name: string };
  state: DeploymentState;
  reason: string | null;
  text: string | null;
  refusedCode: string | null;
  cancelRequested: boolean;
  publishedAt: string;
  startedAt: string | null;
  endedAt: string | null;
  progress: { step: string; percent: number | null; bytes: number | null } | null;
  counts: Partial<Record<PatchOutcome, number>>;
  rebootPending: boolean;
};
export type PackageMove = { name: string; arch: string; from: string | null; to: string | null };
export type DeploymentPatch = {
  patchId: string;
  title: string;
  outcome: PatchOutcome;
  failure: string | null;
  skipped: string | null;
  text: string | null;
  exitCode: number | null;
  durationMs: number | null;
  packages: PackageMove[];
};
export type DeploymentEvent = {
  seq: number;
  time: string;
  receivedAt: string;
  kind: string;
  state: string | null;
  detail: unknown;
  note: string | null;
};
export type DeploymentDetails = DeploymentRow & {
  patches: DeploymentPatch[];
  alsoMoved: PackageMove[];
  events: DeploymentEvent[];
  logs: { stream: string; text: string; complete: boolean }[];
};

export type PatchDecision = { patches: string[]; action: "Disable" | "Enable" | "Hide" | "Show"; reason?: string };

export * from "./catalogueTypes";
export * from "./exceptionTypes";
