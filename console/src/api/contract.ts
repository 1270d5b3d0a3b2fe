// The types of this folder against the server's own description of its API: where a name is missing on either side,
// the line of that type does not compile. `schema.d.ts` is made from the locked OpenAPI document by `npm run schema`.
import type { AuditRow } from "./auditTypes";
import type * as qql from "./qql";
import type { Found, GroupRow } from "./queries";
import type { SavedSearch, Search } from "./savedSearches";
import type { components } from "./schema";
import type * as tags from "./tagTypes";
import type * as api from "./types";

type Schemas = components["schemas"];

/** `true` where both have the same names, else those that only one side has. */
type SameNames<Ours, Theirs> = [Exclude<keyof Ours, keyof Theirs> | Exclude<keyof Theirs, keyof Ours>] extends [never]
  ? true
  : { onlyHere: Exclude<keyof Ours, keyof Theirs>; onlyThere: Exclude<keyof Theirs, keyof Ours> };

type Check<Same extends true> = Same;

export type Contract = [
  Check<SameNames<api.About, Schemas["About"]>>,
  Check<SameNames<api.User, Schemas["User"]>>,
  Check<SameNames<api.Session, Schemas["Session"]>>,
  Check<SameNames<api.SetupRequest, Schemas["Setup"]>>,
  Check<SameNames<api.Token, Schemas["Token"]>>,
  Check<SameNames<api.CreatedToken, Schemas["CreatedToken"]>>,
  Check<SameNames<api.ActivationKey, Schemas["ActivationKey"]>>,
  Check<SameNames<api.Overview, Schemas["OverviewFigures"]>>,
  Check<SameNames<api.UrgentPatch, Schemas["UrgentPatch"]>>,
  Check<SameNames<api.AssetRow, Schemas["AssetRow"]>>,
  Check<SameNames<api.AssetDetails, Schemas["AssetDetails"]>>,
  Check<SameNames<api.SoftwareRow, Schemas["SoftwareRow"]>>,
  Check<SameNames<api.PatchRow, Schemas["PatchRow"]>>,
  Check<SameNames<api.PatchReference, Schemas["PatchName"]>>,
  Check<SameNames<api.PatchPackage, Schemas["Package"]>>,
  Check<SameNames<api.PatchDetails, Schemas["PatchDetails"]>>,
  Check<SameNames<api.VulnerabilityRow, Schemas["VulnerabilityRow"]>>,
  Check<SameNames<api.Cvss, Schemas["Cvss"]>>,
  Check<SameNames<api.Priority, Schemas["Priority"]>>,
  Check<SameNames<api.KnownExploited, Schemas["KnownExploited"]>>,
  Check<SameNames<api.Epss, Schemas["Epss"]>>,
  Check<SameNames<api.VulnerabilityFacts, Schemas["Facts"]>>,
  Check<SameNames<api.SourceStatement, Schemas["Statement"]>>,
  Check<SameNames<api.VulnerabilityDetails, Schemas["VulnerabilityDetails"]>>,
  Check<SameNames<api.FeedRow, Schemas["FeedRow"]>>,
  Check<SameNames<api.ImportedDocument, Schemas["DocumentRow"]>>,
  Check<SameNames<api.ImportReport, Schemas["ImportReport"]>>,
  Check<SameNames<api.Tally, Schemas["Tally"]>>,
  Check<SameNames<api.CatalogueChanges, Schemas["Changes"]>>,
  Check<SameNames<api.ImportAnswer, Schemas["ImportAnswer"]>>,
  Check<SameNames<api.AssetPatchRow, Schemas["AssetPatchRow"]>>,
  Check<SameNames<api.PatchAssetRow, Schemas["PatchAsset"]>>,
  Check<SameNames<api.Explanation, Schemas["Explanation"]>>,
  Check<SameNames<api.ExceptionRow, Schemas["ExceptionRow"]>>,
  Check<SameNames<Required<api.PatchDecision>, Required<Schemas["PatchDecision"]>>>,
  Check<SameNames<api.NewException, Required<Schemas["NewException"]>>>,
  Check<SameNames<api.ExceptionTargets, Required<Schemas["ExceptionTargets"]>>>,
  Check<SameNames<api.ExceptionReach, Schemas["ExceptionReach"]>>,
  Check<SameNames<api.JobOptions, Schemas["JobOptions"]>>,
  Check<SameNames<api.JobDraft, Schemas["JobDraft"]>>,
  Check<SameNames<api.RunRow, Schemas["RunRow"]>>,
  Check<SameNames<api.RunDetails, Schemas["RunDetails"]>>,
  Check<SameNames<api.JobRow, Schemas["JobRow"]>>,
  Check<SameNames<api.JobDetails, Schemas["JobDetails"]>>,
  Check<SameNames<api.DryRunRow, Schemas["DryRunRow"]>>,
  Check<SameNames<api.DryRunAsset, Schemas["DryRunResult"]>>,
  Check<SameNames<api.DryRun, Schemas["DryRun"]>>,
  Check<SameNames<api.DeploymentRow, Schemas["DeploymentRow"]>>,
  Check<SameNames<api.DeploymentPatch, Schemas["PatchResult"]>>,
  Check<SameNames<api.DeploymentEvent, Schemas["Event"]>>,
  Check<SameNames<qql.Completions, Schemas["Completions"]>>,
  Check<SameNames<Required<qql.Completion>, Required<Schemas["Completion"]>>>,
  Check<SameNames<qql.TokenRow, Schemas["TokenRow"]>>,
  Check<SameNames<qql.QueryWarning, Schemas["QueryWarning"]>>,
  // The console asks what a query means, and has nothing counted for that.
  Check<SameNames<qql.QueryMeaning, Omit<Schemas["QueryMeaning"], "tree">>>,
  Check<SameNames<qql.ExplainedQuery, Omit<Schemas["ExplainedQuery"], "tree" | "total" | "asOf" | "why">>>,
  Check<SameNames<Search, Required<Schemas["SearchBody"]>>>,
  Check<SameNames<SavedSearch, Schemas["SavedSearchRow"]>>,
  Check<SameNames<Omit<Found<never>, "items">, Omit<Schemas["Found_AssetRow"], "items">>>,
  // The console asks for no measures.
  Check<SameNames<GroupRow, Omit<Schemas["GroupRow"], "measures">>>,
  Check<SameNames<tags.TagRow, Schemas["TagRow"]>>,
  Check<SameNames<tags.TagDetails, Schemas["TagDetails"]>>,
  Check<SameNames<tags.TagName, Schemas["TagName"]>>,
  Check<SameNames<tags.MemberRow, Schemas["MemberRow"]>>,
  Check<SameNames<tags.PinRow, Schemas["PinRow"]>>,
  Check<SameNames<tags.TagPreview, Schemas["TagPreview"]>>,
  Check<SameNames<tags.PinChange, Required<Schemas["PinsBody"]>>>,
  Check<SameNames<AuditRow, Schemas["AuditRow"]>>,
  Check<SameNames<api.DeploymentDetails, Schemas["DeploymentDetails"]>>,
];
