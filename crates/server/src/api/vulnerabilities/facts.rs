//! What is known of a vulnerability, as the API tells it.

use fettle_index::query::Priority as IndexPriority;
use fettle_model::vulnerability::{CvssScore, KnownExploited as Listed, VulnerabilityFacts};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A score, by whom it was given.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cvss {
    /// 0–10, in tenths.
    pub score: f64,
    /// `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: String,
    /// Such as `nvd@nist.gov`.
    pub source: String,
    pub vector: String,
}

impl From<&CvssScore> for Cvss {
    fn from(score: &CvssScore) -> Self {
        Self {
            score: score.score.value(),
            version: score.version.name().to_owned(),
            source: score.source.clone(),
            vector: score.vector.clone(),
        }
    }
}

/// Points, 0–100: the sum of its parts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Priority {
    pub total: f64,
    /// 40 or none.
    pub known_exploited: f64,
    /// 10 or none.
    pub ransomware: f64,
    /// 20 × the probability.
    pub epss: f64,
    /// 20 × the score / 10.
    pub cvss: f64,
    /// 10 × exposed assets / all assets.
    pub exposed: f64,
}

impl From<IndexPriority> for Priority {
    fn from(priority: IndexPriority) -> Self {
        let points = |tenths: u16| f64::from(tenths) / 10.0;
        Self {
            total: points(priority.total()),
            known_exploited: points(priority.known_exploited),
            ransomware: points(priority.ransomware),
            epss: points(priority.epss),
            cvss: points(priority.cvss),
            exposed: points(priority.exposed),
        }
    }
}

/// All that is known beside the patches.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    pub description: Option<String>,
    pub disclosed: Option<Timestamp>,
    /// Withdrawn: the number was given in error.
    pub is_rejected: bool,
    /// All scores, each with its source.
    pub scores: Vec<Cvss>,
    pub known_exploited: Option<KnownExploited>,
    /// When it last left CISA's catalogue; `null` while it is listed, or if it never was.
    pub delisted_at: Option<Timestamp>,
    pub epss: Option<Epss>,
}

/// An entry of CISA's catalogue, in its own words.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownExploited {
    pub vendor: String,
    pub product: String,
    pub name: String,
    pub date_added: String,
    pub due_date: String,
    pub required_action: String,
    pub ransomware: bool,
    pub notes: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Epss {
    pub probability: f64,
    pub percentile: Option<f64>,
    pub model_version: Option<String>,
    pub score_date: Option<String>,
}

impl From<&VulnerabilityFacts> for Facts {
    fn from(facts: &VulnerabilityFacts) -> Self {
        let record = facts.record.as_ref();
        let description = record.map(|record| record.description.clone());
        Self {
            description: description.filter(|text| !text.is_empty()),
            disclosed: record.and_then(|record| record.published),
            is_rejected: record.is_some_and(|record| record.is_rejected),
            scores: record.into_iter().flat_map(|record| &record.cvss).map(Cvss::from).collect(),
            known_exploited: facts.known_exploited.as_ref().map(KnownExploited::from),
            delisted_at: facts.delisted_at,
            epss: facts.epss.as_ref().map(|epss| Epss {
                probability: epss.probability.value(),
                percentile: epss.percentile.map(fettle_model::vulnerability::Share::value),
                model_version: epss.model_version.clone(),
                score_date: epss.score_date.clone(),
            }),
        }
    }
}

impl From<&Listed> for KnownExploited {
    fn from(entry: &Listed) -> Self {
        Self {
            vendor: entry.vendor.clone(),
            product: entry.product.clone(),
            name: entry.name.clone(),
            date_added: entry.date_added.to_string(),
            due_date: entry.due_date.to_string(),
            required_action: entry.required_action.clone(),
            ransomware: entry.ransomware,
            notes: entry.notes.clone(),
        }
    }
}
