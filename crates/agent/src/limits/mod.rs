//! The host limits file: what the machine's administrator allows, whatever a server orders (`safety.md` 3). The server
//! can read it, never change it.

mod file;
mod rules;
mod window;

use std::collections::BTreeSet;

use fettle_model::Sha256;
use fettle_wire::PublicKey;
use fettle_wire::message::report::LimitsReport;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

pub use self::file::{LimitsError, LimitsFile, write_if_absent};
pub use self::rules::Forbidden;
pub use self::window::Window;

const WINDOWS: usize = 50;
const PATTERNS: usize = 500;
const KEYS: usize = 10;
const LABELS: usize = 20;
const LABEL_LENGTH: usize = 63;

/// What may be put on, by where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// From a security repository.
    Security,
    Other,
    Feature,
    Driver,
    Application,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    Install,
    Rollback,
    Scripts,
    Removals,
    Deliver,
    AgentUpdate,
    AgentUninstall,
}

/// The file's keys; what is absent allows everything.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    pub monitor_only: bool,
    pub never_reboot: bool,
    /// Installing only inside one of them; none: any time.
    pub windows: Vec<Window>,
    pub allow: Option<BTreeSet<Category>>,
    pub allow_work: Option<BTreeSet<WorkKind>>,
    /// Names, with `*` for any characters.
    pub deny_packages: Vec<String>,
    pub only_packages: Vec<String>,
    pub min_approvals: u32,
    /// One of them must have signed the authorisation.
    pub pinned_keys: Vec<PublicKey>,
    pub labels: Vec<String>,
    pub max_install_minutes: u32,
    #[serde(deserialize_with = "instant")]
    pub frozen_until: Option<Timestamp>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            monitor_only: false,
            never_reboot: false,
            windows: Vec::new(),
            allow: None,
            allow_work: None,
            deny_packages: Vec::new(),
            only_packages: Vec::new(),
            min_approvals: 1,
            pinned_keys: Vec::new(),
            labels: Vec::new(),
            max_install_minutes: 180,
            frozen_until: None,
        }
    }
}

impl Limits {
    /// Reads the file's text. The error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let limits: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let at_most = |key: &str, count: usize, most: usize| {
            if count > most { Err(format!("{key} has {count} entries, at most {most} are taken")) } else { Ok(()) }
        };
        at_most("windows", limits.windows.len(), WINDOWS)?;
        at_most("deny-packages", limits.deny_packages.len(), PATTERNS)?;
        at_most("only-packages", limits.only_packages.len(), PATTERNS)?;
        at_most("pinned-keys", limits.pinned_keys.len(), KEYS)?;
        at_most("labels", limits.labels.len(), LABELS)?;
        if !(1..=3).contains(&limits.min_approvals) {
            return Err("min-approvals is a number from 1 to 3".to_owned());
        }
        if !(1..=1_440).contains(&limits.max_install_minutes) {
            return Err("max-install-minutes is a number from 1 to 1440".to_owned());
        }
        match limits.labels.iter().find(|label| !is_label(label)) {
            Some(label) => Err(format!("{label:?} is no label: a word of 1 to {LABEL_LENGTH} characters")),
            None => Ok(limits),
        }
    }
}

/// A word of 1–63 characters.
pub fn is_label(text: &str) -> bool {
    (1..=LABEL_LENGTH).contains(&text.chars().count()) && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// As a TOML date-time with offset, or the same as text.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::Datetime(instant) => instant.to_string(),
        toml::Value::String(text) => text,
        _ => return Err(serde::de::Error::custom("frozen-until is an instant, such as 2026-12-24T18:00:00Z")),
    };
    text.parse().map(Some).map_err(|error| serde::de::Error::custom(format!("frozen-until: {error}")))
}

/// What is in force: the file as it was read last, or why it could not be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostLimits {
    pub limits: Limits,
    /// Of the file's bytes; absent where there is no file.
    pub hash: Option<Sha256>,
    /// The file is there and not fit to be trusted: no work.
    pub invalid: Option<String>,
}

impl HostLimits {
    /// As facts and status show it.
    pub fn report(&self) -> LimitsReport {
        LimitsReport {
            monitor_only: self.limits.monitor_only,
            hash: self.hash,
            keys: self.limits.keys_in_force().into_iter().map(str::to_owned).collect(),
            invalid: self.invalid.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read() {
        let key = fettle_wire::SigningKey::generate().expect("a key").0.public();
        let text = format!(
            "monitor-only = true\nnever-reboot = true\nallow = [\"security\"]\nallow-work = [\"install\", \"rollback\"]\n\
             deny-packages = [\"linux-*\"]\nonly-packages = [\"*\"]\nmin-approvals = 2\npinned-keys = [\"{key}\"]\n\
             labels = [\"prod\"]\nmax-install-minutes = 30\nfrozen-until = 2026-12-24T18:00:00Z\n\
             [[windows]]\ndays = [\"Sat\", \"Sun\"]\nstart = \"22:00\"\nduration = \"PT4H\"\ntimezone = \"Europe/Berlin\"\n"
        );
        let limits = Limits::parse(&text).expect("limits");
        assert_eq!(limits.keys_in_force().len(), 12, "{:?}", limits.keys_in_force());
        assert_eq!(limits.frozen_until, "2026-12-24T18:00:00Z".parse().ok());
        assert_eq!(Limits::parse("").expect("nothing is said"), Limits::default());
        assert_eq!(
            Limits::parse("frozen-until = \"2026-12-24T18:00:00Z\"").expect("text"),
            Limits { frozen_until: limits.frozen_until, ..Limits::default() }
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("min-approval = 1", "min-approval"),
            ("min-approvals = 4", "min-approvals"),
            ("max-install-minutes = 0", "max-install-minutes"),
            ("allow = [\"everything\"]", "everything"),
            ("labels = [\"two words\"]", "two words"),
            ("frozen-until = 5", "frozen-until"),
            ("pinned-keys = [\"rsa:1\"]", "key"),
            ("[[windows]]\ndays = [\"Sat\"]\nstart = \"25:00\"\nduration = \"PT1H\"\ntimezone = \"UTC\"", "start"),
            ("[[windows]]\ndays = []\nstart = \"02:00\"\nduration = \"PT1H\"\ntimezone = \"UTC\"", "days"),
            ("[[windows]]\ndays = [\"Sat\"]\nstart = \"02:00\"\nduration = \"PT0H\"\ntimezone = \"UTC\"", "duration"),
            ("[[windows]]\ndays = [\"Sat\"]\nstart = \"02:00\"\nduration = \"PT1H\"\ntimezone = \"Here\"", "Here"),
        ];
        for (text, named) in cases {
            let error = Limits::parse(text).expect_err(text);
            assert!(error.contains(named), "{text}: {error}");
        }
    }
}
