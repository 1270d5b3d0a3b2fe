//! Repositories that machines have configured, as their scans told: what the server may look into by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use fettle_model::Repository;
use fettle_wire::message::report::Refresh;

/// So many are remembered; an agent that tells of more is not listened to.
const MOST: usize = 1_000;

/// One repository at one address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportedRepository {
    pub repository: Repository,
    /// Without user and password.
    pub uri: String,
    /// `bookworm-security`.
    pub distribution: String,
}

/// Kept in memory: each scan tells them again, and the last scans are read at the start.
#[derive(Debug, Default)]
pub struct ReportedRepositories(Mutex<BTreeSet<ReportedRepository>>);

impl ReportedRepositories {
    pub(crate) fn note(&self, refresh: &[Refresh]) {
        let mut known = self.0.lock().expect("no holder panics");
        for told in refresh {
            let (Some(uri), Some(distribution)) = (&told.uri, &told.distribution) else { continue };
            if known.len() < MOST && is_plain(uri) && is_plain(distribution) {
                known.insert(ReportedRepository {
                    repository: told.repo.clone(),
                    uri: uri.clone(),
                    distribution: distribution.clone(),
                });
            }
        }
    }

    /// Grouped by what their Release file calls itself.
    pub fn all(&self) -> BTreeMap<Repository, Vec<ReportedRepository>> {
        let mut grouped: BTreeMap<Repository, Vec<ReportedRepository>> = BTreeMap::new();
        for known in self.0.lock().expect("no holder panics").iter() {
            grouped.entry(known.repository.clone()).or_default().push(known.clone());
        }
        grouped
    }
}

fn is_plain(text: &str) -> bool {
    text.len() <= 2_048 && !text.contains("..") && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}
