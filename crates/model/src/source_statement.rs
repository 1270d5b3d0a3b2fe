//! What a distribution says of a vulnerability in one of its source packages, whether there is a fix or none
//! (`catalogue.md` 5.2). Patches say what a fix brings; this says where there is none to bring.

use serde::{Deserialize, Serialize};

/// The distribution's word on one vulnerability in one source package of one release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceStatement {
    /// Product key of the release: `debian:12`; [`UNSTABLE`] for unstable, which no machine is of.
    pub product: String,
    pub source: String,
    pub state: FixState,
    /// As it is written: `low`, `medium`, `high`, `not yet assigned`, `unimportant`, `end-of-life`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub urgency: String,
    /// Why there will be no advisory for it: `Minor issue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_advisory: Option<String>,
    /// Highest version of the source package in the release's own suites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
}

/// Stands for the product key of Debian's unstable: machines of it do not tell their release.
pub const UNSTABLE: &str = "debian:sid";

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FixState {
    /// Vulnerable, and not fixed in this release.
    Open,
    /// Fixed since this version of the source package.
    Fixed(String),
    /// The release never had the flaw.
    NeverAffected,
    Undetermined,
}

impl FixState {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Fixed(_) => "Fixed",
            Self::NeverAffected => "NeverAffected",
            Self::Undetermined => "Undetermined",
        }
    }

    /// With the distribution's word on how urgent it is.
    pub fn can_affect(&self, urgency: &str) -> bool {
        let is_worth = !matches!(urgency, "unimportant" | "end-of-life");
        is_worth && matches!(self, Self::Open | Self::Fixed(_))
    }
}

impl SourceStatement {
    /// May a machine be vulnerable by it? Not where the distribution calls the flaw unimportant, or gave the release up.
    pub fn can_affect(&self) -> bool {
        self.state.can_affect(&self.urgency)
    }

    pub fn fixed_version(&self) -> Option<&str> {
        match &self.state {
            FixState::Fixed(version) => Some(version),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As servers stored it that did not read the suites of a release: it reads, and is written as it was.
    #[test]
    fn a_record_without_the_newest_version_still_reads() {
        let stored = r#"{"product":"debian:12","source":"curl","state":{"Fixed":"7.88-2"},"urgency":"low"}"#;
        let statement: SourceStatement = serde_json::from_str(stored).expect("a record");
        assert_eq!((statement.newest.as_deref(), statement.fixed_version()), (None, Some("7.88-2")));
        assert_eq!(serde_json::to_string(&statement).expect("JSON"), stored);
    }
}
