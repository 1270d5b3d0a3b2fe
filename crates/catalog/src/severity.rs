//! Vendors' words for severities (`catalogue.md` 1.3).

use fettle_model::Severity;

/// The normal form of a vendor's word; none for a word that no vendor uses.
pub fn of_vendor(word: &str) -> Option<Severity> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "critical" | "emergency" | "5" => Severity::Critical,
        "important" | "high" | "severe" | "4" => Severity::Important,
        "moderate" | "medium" | "3" => Severity::Moderate,
        "low" | "minor" | "2" => Severity::Low,
        "none" | "negligible" | "unimportant" | "not-for-us" | "informational" | "information" | "untriaged"
        | "unspecified" | "1" | "" => Severity::None,
        _ => return None,
    })
}
