//! What a job would do, asset by asset.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct DryRun {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) assets: Vec<AssetDryRun>,
    pub(crate) totals: Totals,
}

impl DryRun {
    pub(crate) fn is_finished(&self) -> bool {
        self.state == "Finished"
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssetDryRun {
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) changes: Vec<PlannedChange>,
    pub(crate) patches: Vec<Verdict>,
    pub(crate) download_bytes: Option<u64>,
    pub(crate) disk_bytes: Option<i64>,
    pub(crate) reboot_expected: bool,
    pub(crate) problem: Option<Problem>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct PlannedChange {
    pub(crate) name: String,
    pub(crate) arch: String,
    pub(crate) from: Option<String>,
    /// `None`: the package would be removed.
    pub(crate) to: Option<String>,
    /// False: it only moves along.
    pub(crate) wanted: bool,
}

#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the API's own name")]
pub(crate) struct Verdict {
    pub(crate) title: String,
    pub(crate) verdict: String,
    pub(crate) reason: Option<String>,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    pub(crate) reason: String,
    pub(crate) text: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Totals {
    pub(crate) assets: u64,
    pub(crate) answered: u64,
    pub(crate) changes: u64,
    pub(crate) removals: u64,
    pub(crate) download_bytes: u64,
    pub(crate) reboots: u64,
    pub(crate) would_fail: u64,
}
