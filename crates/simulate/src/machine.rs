//! What every simulated machine tells of itself, whatever its system is.

use fettle_model::asset::{Facts, OsFacts};
use fettle_model::component::Component;
use fettle_model::{Article, Obstacle, Repository};
use jiff::Timestamp;

/// Where a component stands in what machines of one release share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    Os,
    Kernel,
    Main,
    Security,
    /// A package, after `level` updates of its source.
    Installed {
        source: u16,
        package: u8,
        level: u32,
    },
    /// A package as it is after `level` updates of its source.
    Offered {
        source: u16,
        package: u8,
        level: u32,
        obstacle: Option<Obstacle>,
    },
    /// A program, after so many of its versions.
    Program {
        number: u16,
        version: u8,
    },
    /// An update of Windows, or of a program.
    Update(Article),
}

/// The lists that a scan read.
#[derive(Debug)]
pub(crate) struct Repositories<'a> {
    /// Name of the collector of packages.
    pub(crate) collector: &'static str,
    pub(crate) distribution: Option<&'static str>,
    /// With their addresses.
    pub(crate) from: Vec<(&'a Repository, String)>,
}

/// A machine as it is now.
pub(crate) trait Machine {
    fn name(&self) -> &str;
    fn number(&self) -> u64;
    /// Machines of one release have the same component in the same place.
    fn release_key(&self) -> &'static str;
    fn operating_system(&self) -> OsFacts;
    fn facts(&self, booted_at: Timestamp) -> Facts;
    /// Of everything that an agent there would report.
    fn places(&self) -> Vec<Place>;
    fn component(&self, place: Place) -> Component;
    fn repositories(&self) -> Repositories<'_>;
}
