//! What a scan finds, as it goes from the collector to whoever asked: JSON on a pipe.

use fettle_model::component::Offer;
use fettle_model::{Component, Obstacle, Repository, Sha256};
use fettle_wire::WireComponent;
use fettle_wire::message::report::{ChangelogFacts, FactsReport, OfferDetails, ScanReport, SelfCheck};
use fettle_wire::scan::{Problem, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether lists are fetched before they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefreshWish {
    /// When the lists are older than the interval, in minutes.
    WhenOlderThan(u32),
    Always,
    Never,
}

/// `agent.refreshMinutes`.
pub const REFRESH_MINUTES: u32 = 60;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scan {
    pub report: ScanReport,
    /// Everything but offers: those are in `offers`.
    pub components: Vec<WireComponent>,
    /// Components that were left out, for control characters or length.
    pub dropped: u32,
    pub offers: Vec<FoundOffer>,
    /// The offers are what the package manager says now; false: they could not be asked for, and those of the scan
    /// before stay in force.
    pub offers_known: bool,
    /// Installed packages.
    pub packages: usize,
    pub facts: FactsReport,
    pub problems: Vec<Problem>,
    /// apt was not asked again, because nothing that it reads has changed.
    pub unchanged: bool,
    /// When the agent's lists were last fetched.
    pub refreshed_at: Option<Timestamp>,
}

/// An installed package whose candidate is above the installed version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundOffer {
    pub package: String,
    pub arch: String,
    pub installed: String,
    pub installed_source_version: String,
    pub candidate: String,
    pub source: String,
    pub source_version: String,
    pub repository: Repository,
    pub security: bool,
    /// The installed version can still be had.
    pub back: bool,
    pub obstacle: Option<Obstacle>,
    pub obstacle_text: Option<String>,
    /// A restart is expected.
    pub reboot: bool,
    pub size_bytes: Option<u64>,
    pub sha256: Option<Sha256>,
    pub changelog: Option<ChangelogFacts>,
}

impl Scan {
    /// Lines of the self-check that the scan itself could not answer.
    pub fn add_checks(&mut self, checks: impl IntoIterator<Item = SelfCheck>) {
        let mut all = std::mem::take(&mut self.facts.self_check);
        all.extend(checks);
        all.sort_by(|left, right| left.id.cmp(&right.id));
        self.facts = FactsReport::new(std::mem::take(&mut self.facts.facts), all);
    }

    /// Adds what a later reading found out.
    pub fn add_changelogs(&mut self, read: &[OfferDetails]) {
        for offer in &mut self.offers {
            let found = read.iter().find(|details| {
                details.name == offer.package && details.arch == offer.arch && details.candidate == offer.candidate
            });
            if let Some(details) = found {
                offer.changelog.clone_from(&details.changelog);
            }
        }
    }
}

impl FoundOffer {
    pub fn component(&self) -> Component {
        Component::Offer(Offer {
            manager: "deb".to_owned(),
            name: self.package.clone(),
            candidate: self.candidate.clone(),
            arch: self.arch.clone(),
            repository: self.repository.clone(),
            obstacle: self.obstacle,
            back: self.back,
        })
    }

    pub fn details(&self) -> OfferDetails {
        OfferDetails {
            name: self.package.clone(),
            arch: self.arch.clone(),
            candidate: self.candidate.clone(),
            repo: self.repository.clone(),
            source: self.source.clone(),
            source_version: self.source_version.clone(),
            size_bytes: self.size_bytes,
            sha256: self.sha256,
            reboot: self.reboot,
            changelog: self.changelog.clone(),
        }
    }

    pub fn update(&self) -> Update {
        Update {
            package: self.package.clone(),
            source: self.source.clone(),
            arch: self.arch.clone(),
            installed: self.installed.clone(),
            candidate: self.candidate.clone(),
            security: self.security,
            cves: self.changelog.as_ref().map(|changelog| changelog.cves.clone()),
            obstacle: self.obstacle,
            reboot: self.reboot,
            urgency: self.changelog.as_ref().and_then(|changelog| changelog.urgency.clone()),
            date: self.changelog.as_ref().and_then(|changelog| changelog.date),
            repo: Some(self.repository.clone()),
            size_bytes: self.size_bytes,
            obstacle_text: self.obstacle_text.clone().filter(|text| !text.is_empty()),
        }
    }
}
