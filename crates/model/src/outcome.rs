//! Outcomes of one patch in one deployment, and their reasons (`patch-management.md` 13).

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PatchOutcome {
    PendingExecution,
    Executing,
    PendingReboot,
    PendingVerification,
    Success,
    Installed,
    Failed,
    Superseded,
    NotApplicable,
    Skipped,
}

impl PatchOutcome {
    pub const ALL: [Self; 10] = [
        Self::PendingExecution,
        Self::Executing,
        Self::PendingReboot,
        Self::PendingVerification,
        Self::Success,
        Self::Installed,
        Self::Failed,
        Self::Superseded,
        Self::NotApplicable,
        Self::Skipped,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::PendingExecution => "PendingExecution",
            Self::Executing => "Executing",
            Self::PendingReboot => "PendingReboot",
            Self::PendingVerification => "PendingVerification",
            Self::Success => "Success",
            Self::Installed => "Installed",
            Self::Failed => "Failed",
            Self::Superseded => "Superseded",
            Self::NotApplicable => "NotApplicable",
            Self::Skipped => "Skipped",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// Why a patch failed. The wire and the API carry the name; the text beside it is the package manager's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FailureReason {
    DownloadHttpError,
    DownloadUnreachable,
    DownloadTimeout,
    HashMismatch,
    SignatureInvalid,
    DiskFull,
    CacheFull,
    InstallerExit,
    InstallerTimeout,
    InstallerBusy,
    PrerequisiteMissing,
    RebootRequiredFirst,
    PackageHeld,
    DependencyConflict,
    PackageNotInRepository,
    RepositoryError,
    RemovalRefused,
    ServiceDisabled,
    VerificationFailed,
    UninstallNotSupported,
    AccessDenied,
    AgentError,
}

impl FailureReason {
    pub const ALL: [Self; 22] = [
        Self::DownloadHttpError,
        Self::DownloadUnreachable,
        Self::DownloadTimeout,
        Self::HashMismatch,
        Self::SignatureInvalid,
        Self::DiskFull,
        Self::CacheFull,
        Self::InstallerExit,
        Self::InstallerTimeout,
        Self::InstallerBusy,
        Self::PrerequisiteMissing,
        Self::RebootRequiredFirst,
        Self::PackageHeld,
        Self::DependencyConflict,
        Self::PackageNotInRepository,
        Self::RepositoryError,
        Self::RemovalRefused,
        Self::ServiceDisabled,
        Self::VerificationFailed,
        Self::UninstallNotSupported,
        Self::AccessDenied,
        Self::AgentError,
    ];

    /// As the wire and the API carry it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DownloadHttpError => "DOWNLOAD_HTTP_ERROR",
            Self::DownloadUnreachable => "DOWNLOAD_UNREACHABLE",
            Self::DownloadTimeout => "DOWNLOAD_TIMEOUT",
            Self::HashMismatch => "HASH_MISMATCH",
            Self::SignatureInvalid => "SIGNATURE_INVALID",
            Self::DiskFull => "DISK_FULL",
            Self::CacheFull => "CACHE_FULL",
            Self::InstallerExit => "INSTALLER_EXIT",
            Self::InstallerTimeout => "INSTALLER_TIMEOUT",
            Self::InstallerBusy => "INSTALLER_BUSY",
            Self::PrerequisiteMissing => "PREREQUISITE_MISSING",
            Self::RebootRequiredFirst => "REBOOT_REQUIRED_FIRST",
            Self::PackageHeld => "PACKAGE_HELD",
            Self::DependencyConflict => "DEPENDENCY_CONFLICT",
            Self::PackageNotInRepository => "PACKAGE_NOT_IN_REPOSITORY",
            Self::RepositoryError => "REPOSITORY_ERROR",
            Self::RemovalRefused => "REMOVAL_REFUSED",
            Self::ServiceDisabled => "SERVICE_DISABLED",
            Self::VerificationFailed => "VERIFICATION_FAILED",
            Self::UninstallNotSupported => "UNINSTALL_NOT_SUPPORTED",
            Self::AccessDenied => "ACCESS_DENIED",
            Self::AgentError => "AGENT_ERROR",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SkipReason {
    PatchDisabled,
    PatchWithdrawn,
    Exception,
    EarlierFailure,
    WindowClosed,
    Blackout,
    Aborted,
    Canceled,
    DoesNotFit,
    NoRollback,
    HostForbids,
}

/// The terminal state that the outcomes give, by the first rule that fits (12.3), where nothing cut the work short.
pub fn terminal_state(outcomes: &[PatchOutcome]) -> crate::DeploymentState {
    use crate::DeploymentState as S;
    let all = |wanted: PatchOutcome| !outcomes.is_empty() && outcomes.iter().all(|outcome| *outcome == wanted);
    let counted: Vec<_> = outcomes
        .iter()
        .filter(|outcome| {
            !matches!(outcome, PatchOutcome::NotApplicable | PatchOutcome::Superseded | PatchOutcome::Skipped)
        })
        .collect();
    let failed = counted.iter().filter(|outcome| ***outcome == PatchOutcome::Failed).count();
    if all(PatchOutcome::Skipped) || counted.is_empty() {
        S::NotApplicable
    } else if failed == counted.len() {
        S::Failed
    } else if failed > 0 {
        S::CompletedWithErrors
    } else {
        S::Completed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_carried_by_their_names() {
        for reason in FailureReason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("a word"), reason.name());
        }
    }
    use crate::DeploymentState as S;

    #[test]
    fn the_first_rule_that_fits() {
        use PatchOutcome as O;
        assert_eq!(terminal_state(&[O::Success, O::Installed]), S::Completed);
        assert_eq!(terminal_state(&[O::Success, O::Failed]), S::CompletedWithErrors);
        assert_eq!(terminal_state(&[O::Failed, O::Failed, O::NotApplicable]), S::Failed);
        assert_eq!(terminal_state(&[O::Skipped, O::Skipped]), S::NotApplicable);
        assert_eq!(terminal_state(&[O::NotApplicable]), S::NotApplicable);
    }
}
