//! Codes of the agent channel and of the agent itself (`agent.md` 4.5 and 10), from one list.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($name:ident => $text:literal, $status:expr;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code { $(#[serde(rename = $text)] $name),+ }

        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// HTTP status of the server's answer; 0 for codes that only the agent uses.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status),+ }
            }
        }
    };
}

codes! {
    KeyUnknown => "KEY_UNKNOWN", 403;
    KeyDisabled => "KEY_DISABLED", 403;
    KeyExpired => "KEY_EXPIRED", 403;
    KeyFull => "KEY_FULL", 403;
    PlatformUnsupported => "PLATFORM_UNSUPPORTED", 403;
    CsrInvalid => "CSR_INVALID", 400;
    RecordProofInvalid => "RECORD_PROOF_INVALID", 400;
    CertificateRequired => "CERTIFICATE_REQUIRED", 401;
    CertificateExpired => "CERTIFICATE_EXPIRED", 401;
    CertificateRevoked => "CERTIFICATE_REVOKED", 403;
    AssetRetired => "ASSET_RETIRED", 403;
    CertificateTooOld => "CERTIFICATE_TOO_OLD", 403;
    Cloned => "CLONED", 409;
    Restored => "RESTORED", 409;
    FingerprintMismatch => "FINGERPRINT_MISMATCH", 409;
    InventoryTooLarge => "INVENTORY_TOO_LARGE", 413;
    BodyTooLarge => "BODY_TOO_LARGE", 413;
    WireVersion => "WIRE_VERSION", 400;
    MessageInvalid => "MESSAGE_INVALID", 400;
    EncodingUnsupported => "ENCODING_UNSUPPORTED", 415;
    NotFound => "NOT_FOUND", 404;
    RateLimited => "RATE_LIMITED", 429;
    Busy => "BUSY", 503;
    Internal => "INTERNAL", 500;

    ServerUntrusted => "SERVER_UNTRUSTED", 0;
    TrustUnpinned => "TRUST_UNPINNED", 0;
    TrustGap => "TRUST_GAP", 0;
    TrustInvalid => "TRUST_INVALID", 0;
    TrustExpired => "TRUST_EXPIRED", 0;
    ManifestInvalid => "MANIFEST_INVALID", 0;
    ManifestKeyUnknown => "MANIFEST_KEY_UNKNOWN", 0;
    KeyRevoked => "KEY_REVOKED", 0;
    NotForThisAgent => "NOT_FOR_THIS_AGENT", 0;
    ManifestOld => "MANIFEST_OLD", 0;
    ClockOff => "CLOCK_OFF", 0;
    ManifestExpired => "MANIFEST_EXPIRED", 0;
    AuthorisationMissing => "AUTHORISATION_MISSING", 0;
    AuthorisationInvalid => "AUTHORISATION_INVALID", 0;
    AuthorisationKeyUnknown => "AUTHORISATION_KEY_UNKNOWN", 0;
    ApprovalsLack => "APPROVALS_LACK", 0;
    AuthorisationOld => "AUTHORISATION_OLD", 0;
    AuthorisationWithdrawn => "AUTHORISATION_WITHDRAWN", 0;
    AuthorisationEarly => "AUTHORISATION_EARLY", 0;
    AuthorisationEnded => "AUTHORISATION_ENDED", 0;
    NotATarget => "NOT_A_TARGET", 0;
    OutsideAuthorisation => "OUTSIDE_AUTHORISATION", 0;
    HostForbids => "HOST_FORBIDS", 0;
    CacheFull => "CACHE_FULL", 0;
    WorkUnsupported => "WORK_UNSUPPORTED", 0;
    JournalDamaged => "JOURNAL_DAMAGED", 0;
    AlreadyRunning => "ALREADY_RUNNING", 0;
    DeploymentActive => "DEPLOYMENT_ACTIVE", 0;
    NotRoot => "NOT_ROOT", 0;
    LimitsInvalid => "LIMITS_INVALID", 0;
    OutOfMemory => "OUT_OF_MEMORY", 0;
    RemovalRefused => "REMOVAL_REFUSED", 0;
    ListsTooLarge => "LISTS_TOO_LARGE", 0;
    RefreshFailedAll => "REFRESH_FAILED_ALL", 0;
    CollectorFailed => "COLLECTOR_FAILED", 0;
    PrerequisiteMissing => "PREREQUISITE_MISSING", 0;
    Timeout => "TIMEOUT", 0;
}

impl Code {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
