//! Vulnerabilities: CVEs, the patches that fix them, and who is exposed.

pub mod facts;
pub mod list;
pub mod show;

use fettle_index::query::VulnerabilityRow as IndexRow;
use fettle_model::Severity;
use fettle_model::vulnerability::{BaseScore, CvssScore};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use facts::{Cvss, Priority};

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VulnerabilityRow {
    /// `CVE-2026-0001`.
    pub cve: String,
    /// Source packages of the patches that fix it.
    pub sources: Vec<String>,
    pub patch_count: usize,
    /// Assets that lack a patch which fixes it.
    pub exposed_count: u64,
    /// When its first fix came out.
    pub published: Option<Timestamp>,
    /// By CISA's catalogue, as it was read last.
    pub is_known_exploited: bool,
    pub is_used_by_ransomware: bool,
    /// CISA's own due date, such as `2026-11-22`; Fettle never makes one of another date.
    pub known_exploited_due: Option<String>,
    /// The score that is shown: the vendor's, else the NVD's, of the highest version.
    pub cvss: Option<Cvss>,
    /// Critical, Important, Moderate, Low or None, of that score.
    pub severity: String,
    /// How probable an exploit within 30 days is: 0–1.
    pub epss: Option<f64>,
    pub priority: Priority,
}

impl From<IndexRow> for VulnerabilityRow {
    fn from(row: IndexRow) -> Self {
        let listed = row.facts.known_exploited.as_ref();
        let shown = row.facts.cvss();
        Self {
            is_known_exploited: listed.is_some(),
            is_used_by_ransomware: listed.is_some_and(|entry| entry.ransomware),
            known_exploited_due: listed.map(|entry| entry.due_date.to_string()),
            cvss: shown.map(Cvss::from),
            severity: shown.map_or(Severity::None, severity_of).name().to_owned(),
            epss: row.facts.epss.as_ref().map(|epss| epss.probability.value()),
            priority: row.priority.into(),
            cve: row.cve,
            sources: row.sources,
            patch_count: row.patches,
            exposed_count: row.exposed,
            published: row.published,
        }
    }
}

fn severity_of(score: &CvssScore) -> Severity {
    BaseScore::severity(score.score)
}
