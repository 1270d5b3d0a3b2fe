//! The seam between the agent and a machine's package manager. One implementation for each manager.

pub mod apt;
pub mod plan;

use fettle_model::{Clock, Component};
use fettle_wire::message::report::{Collector, Refresh};
use fettle_wire::scan::Problem;
use jiff::Timestamp;

pub use self::apt::changelogs::ChangelogError;

use crate::scan::{FoundOffer, RefreshWish};

/// What a package manager says of a machine. Parts that failed are empty, and `collectors` says so: silence is never
/// absence.
#[derive(Debug, Default)]
pub struct Packages {
    /// Installed packages and configured repositories.
    pub components: Vec<Component>,
    pub installed: usize,
    pub offers: Vec<FoundOffer>,
    pub offers_known: bool,
    pub refresh: Vec<Refresh>,
    pub refreshed_at: Option<Timestamp>,
    pub collectors: Vec<Collector>,
    pub problems: Vec<Problem>,
    /// Half-installed packages and the like: what `dpkg --audit` finds.
    pub broken: Vec<String>,
    /// Nothing that the manager reads has changed since the scan before.
    pub unchanged: bool,
}

/// Hears what is being done, for people who wait.
pub type Progress<'a> = &'a dyn Fn(&str);

pub trait Platform {
    /// What is installed, what is offered, and what stands in the way. Changes nothing but the agent's own folder.
    fn packages(&self, wish: RefreshWish, clock: &dyn Clock, progress: Progress<'_>) -> Packages;

    /// Reads the changelogs of the offered security updates, up to `budget` bytes of package files, into `offers`.
    fn read_changelogs(
        &self,
        offers: &mut [FoundOffer],
        budget: u64,
        progress: Progress<'_>,
    ) -> Result<(), ChangelogError>;
}
