//! `qql.md` 8.4. Tags, actions, shown status and scans of a deployment are not declared: nothing keeps them. Its patches
//! are no group: outcomes are of a patch in a deployment, and the index, which answers groups, knows none.

use super::{PLATFORM, tokens};
use crate::token::Kind::{Bool, Date, Enum, Int, Keyword, Related, Text, Uuid};
use crate::token::{Entity, Enumeration, Ranking};

static JOB_TYPE: Enumeration = Enumeration { values: &["Install", "Rollback"], ranking: Ranking::Unranked };
/// The states of `patch-management.md` 12.1.
static STATE: Enumeration = Enumeration {
    values: &[
        "Pending",
        "Received",
        "Blocked",
        "Deferred",
        "RunningPreActions",
        "Downloading",
        "Downloaded",
        "Patching",
        "RunningPostActions",
        "PendingReboot",
        "Rebooting",
        "Verifying",
        "Completed",
        "CompletedWithErrors",
        "Failed",
        "TimedOut",
        "NotAttempted",
        "Aborted",
        "Canceled",
        "CanceledBlackout",
        "NotApplicable",
        "NoPatches",
        "NotLicensed",
        "Skipped",
    ],
    ranking: Ranking::Unranked,
};

tokens! {
    /// Tokens of one asset's part in a run of a job.
    DeploymentToken of Deployment in DEPLOYMENT {
        Id: "id", Uuid, "id:38aa48ca-a53f-4591-af01-8bce75de4ce7", "The deployment's id";
        AssetId: "assetId", Uuid, "assetId:38aa48ca-a53f-4591-af01-8bce75de4ce7", "Id of its asset";
        JobId: "job.id", Uuid, "job.id:38aa48ca-a53f-4591-af01-8bce75de4ce7", "Id of its job";
        JobName: "job.name", Text, "job.name:Ring1 and name:web*", "Name of its job", sortable, groupable, free_text;
        Name: "name", Text, "name:web*", "Name of its asset when the run was published", sortable, groupable, free_text;
        OperatingSystem: "operatingSystem", Text, "operatingSystem:Debian", "The asset's operating system, today's",
            sortable, groupable, free_text;
        LastLoggedOnUser: "lastLoggedOnUser", Text, "lastLoggedOnUser:ada", "User of the asset's newest session",
            sortable, groupable;
        Platform: "platform", Enum(&PLATFORM), "platform:Linux", "Windows or Linux", sortable, groupable;
        JobType: "job.type", Enum(&JOB_TYPE), "job.type:Rollback", "Install, or Rollback (shown as Uninstall)",
            sortable, groupable;
        JobInstanceId: "jobInstanceId", Int, "jobInstanceId:4", "Number of the run: 1, 2, 3 … of each job",
            alias(&["runId"]), sortable, groupable;
        State: "state", Enum(&STATE), "state:[Failed,TimedOut]", "How far it is", sortable, groupable;
        IsTerminal: "isTerminal", Bool, "isTerminal:false", "It is over", groupable;
        PendingReboot: "pendingReboot", Bool, "pendingReboot:true", "The machine has to be restarted for it", groupable;
        CancelRequested: "cancelRequested", Bool, "cancelRequested:true", "Somebody canceled its run", groupable;
        JobSentOn: "jobSentOn", Date, "jobSentOn>=now-1d", "When the agent was first or last offered its work",
            sortable, groupable;
        StartDateTime: "startDateTime", Date, "startDateTime>=now/d", "When the agent began", sortable, groupable;
        EndDateTime: "endDateTime", Date, "endDateTime>=now-7d", "When it was over", sortable, groupable;
        StatusDateTime: "statusDateTime", Date, "statusDateTime>=now-1h", "When something last changed",
            sortable, groupable;
        DurationSeconds: "durationSeconds", Int, "durationSeconds>3600", "From start to end, in whole seconds", sortable;
        TotalPatchCount: "totalPatchCount", Int, "totalPatchCount>50", "Patches with an outcome", sortable;
        SuccessPatches: "successPatches", Int, "successPatches>0", "Patches that it installed or removed", sortable;
        InstalledPatches: "installedPatches", Int, "installedPatches>0", "Patches that were there already", sortable;
        FailedPatches: "failedPatches", Int, "failedPatches>0", "Patches that failed", sortable;
        SupersededPatches: "supersededPatches", Int, "supersededPatches>0", "Patches that a newer one took the place of",
            sortable;
        NotApplicablePatches: "notApplicablePatches", Int, "notApplicablePatches>0", "Patches that do not apply",
            sortable;
        SkipPatchCount: "skipPatchCount", Int, "skipPatchCount>0", "Patches that were left out", sortable;
        Outcome: "outcome", Keyword, "outcome:Failed", "Outcome of any of its patches", several, groupable;
        FailureReason: "failureReason", Keyword, "failureReason:HASH_MISMATCH", "Why any of its patches failed",
            several, groupable;
        Message: "message", Text, "message:\"disk\"", "What the agent or the server said last", free_text;
        Assets: "assets", Related(Entity::Asset, None), "assets:(hardware.model:Latitude)",
            "Its asset, as it is today; none once it was retired", several;
    }
}
