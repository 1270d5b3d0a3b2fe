//! What a run does on one asset.

use jiff::Timestamp;
use serde::Deserialize;

use super::Named;

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeploymentRow {
    pub(crate) id: String,
    pub(crate) job_name: String,
    pub(crate) asset: Named,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) refused_code: Option<String>,
    pub(crate) published_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) progress: Option<Step>,
    pub(crate) reboot_pending: bool,
}

impl DeploymentRow {
    pub(crate) const fn has_ended(&self) -> bool {
        self.ended_at.is_some()
    }

    /// State, step and share: `Downloading, archives 40 %`.
    pub(crate) fn where_it_is(&self) -> String {
        let Some(step) = self.progress.as_ref().filter(|_| !self.has_ended()) else { return self.state.clone() };
        let percent = step.percent.map(|percent| format!(" {percent:.0} %")).unwrap_or_default();
        format!("{}, {}{percent}", self.state, step.step)
    }

    /// Why it ended as it did.
    pub(crate) fn why(&self) -> String {
        let parts = [self.refused_code.as_deref(), self.reason.as_deref(), self.text.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
    }
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Step {
    pub(crate) step: String,
    pub(crate) percent: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeploymentDetails {
    pub(crate) patches: Vec<PatchResult>,
    /// Packages that moved though nobody chose them.
    pub(crate) also_moved: Vec<PackageMove>,
    pub(crate) logs: Vec<Log>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatchResult {
    pub(crate) title: String,
    pub(crate) outcome: String,
    pub(crate) failure: Option<String>,
    pub(crate) skipped: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) packages: Vec<PackageMove>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PackageMove {
    pub(crate) name: String,
    pub(crate) arch: String,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

impl std::fmt::Display for PackageMove {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, arch, from, to } = self;
        match (from, to) {
            (Some(from), Some(to)) => write!(f, "{name}:{arch} {from} → {to}"),
            (None, Some(to)) => write!(f, "{name}:{arch} new {to}"),
            (Some(from), None) => write!(f, "{name}:{arch} {from} removed"),
            (None, None) => write!(f, "{name}:{arch}"),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Log {
    pub(crate) stream: String,
    pub(crate) text: String,
    /// False while more may come.
    pub(crate) complete: bool,
}
