//! Which vulnerability first: a sum of five parts, each shown, so that nobody need believe a number.
//!
//! | part | points |
//! |---|---|
//! | known exploited | 40 |
//! | used by ransomware, by the same catalogue | 10 |
//! | EPSS | 20 × probability |
//! | CVSS | 20 × the score that is shown / 10 |
//! | exposed | 10 × exposed assets / all assets |

use fettle_model::vulnerability::VulnerabilityFacts;

/// The parts, in tenths of a point; together 0–1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Priority {
    pub known_exploited: u16,
    pub ransomware: u16,
    pub epss: u16,
    pub cvss: u16,
    pub exposed: u16,
}

impl Priority {
    /// `exposed` of `assets` lack a fix.
    pub fn of(facts: &VulnerabilityFacts, exposed: u64, assets: u64) -> Self {
        let listed = facts.known_exploited.as_ref();
        Self {
            known_exploited: if listed.is_some() { 400 } else { 0 },
            ransomware: if listed.is_some_and(|entry| entry.ransomware) { 100 } else { 0 },
            epss: part(200, facts.epss.as_ref().map_or(0, |epss| u64::from(epss.probability.0)), 1_000_000),
            cvss: part(200, facts.cvss().map_or(0, |shown| u64::from(shown.score.0)), 100),
            exposed: part(100, exposed, assets),
        }
    }

    /// In tenths of a point: 0–1,000.
    pub const fn total(self) -> u16 {
        self.known_exploited + self.ransomware + self.epss + self.cvss + self.exposed
    }
}

/// `of` × `count` / `all`, rounded; what is there at all counts for something.
fn part(of: u16, count: u64, all: u64) -> u16 {
    if count == 0 || all == 0 {
        return 0;
    }
    let tenths = (u64::from(of) * count.min(all) + all / 2) / all;
    u16::try_from(tenths).expect("no more than `of`").max(1)
}

#[cfg(test)]
mod tests {
    use fettle_model::vulnerability::{
        BaseScore, CvssScore, CvssVersion, Epss, KnownExploited, Share, VulnerabilityRecord,
    };

    use super::*;

    fn facts(ransomware: bool) -> VulnerabilityFacts {
        let score = CvssScore {
            source: "security@example.com".to_owned(),
            version: CvssVersion::V31,
            score: BaseScore(98),
            vector: String::new(),
        };
        let listed = KnownExploited {
            vendor: "Example".to_owned(),
            product: "Server".to_owned(),
            name: "A flaw".to_owned(),
            date_added: jiff::civil::date(2026, 11, 1),
            due_date: jiff::civil::date(2026, 11, 22),
            required_action: "Apply updates.".to_owned(),
            ransomware,
            notes: String::new(),
        };
        VulnerabilityFacts {
            record: Some(VulnerabilityRecord { cvss: vec![score], ..VulnerabilityRecord::default() }),
            known_exploited: Some(listed),
            delisted_at: None,
            epss: Some(Epss { probability: Share(943_210), percentile: None, model_version: None, score_date: None }),
        }
    }

    #[test]
    fn each_part_is_shown_and_they_add_up() {
        let priority = Priority::of(&facts(true), 3, 4);
        let expected = Priority { known_exploited: 400, ransomware: 100, epss: 189, cvss: 196, exposed: 75 };
        assert_eq!((priority, priority.total()), (expected, 960));
        assert_eq!(Priority::of(&facts(false), 4, 4).total(), 885);
        assert_eq!(Priority::of(&VulnerabilityFacts::default(), 0, 0).total(), 0);
    }

    #[test]
    fn one_asset_of_very_many_still_counts() {
        assert_eq!(Priority::of(&VulnerabilityFacts::default(), 1, 1_000_000).exposed, 1);
    }
}
