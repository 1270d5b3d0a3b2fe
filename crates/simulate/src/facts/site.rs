//! Where machines stand, and what they are used for.

use super::Purpose;
use crate::chance::Chance;

#[derive(Debug)]
pub(super) struct Site {
    weight: usize,
    /// Second number of its addresses: `10.NETWORK.0.0/16`.
    pub(super) network: u8,
    pub(super) zone: &'static str,
}

const fn site_of(weight: usize, network: u8, zone: &'static str) -> Site {
    Site { weight, network, zone }
}

static SITES: [Site; 16] = [
    site_of(23, 0, "Europe/Berlin"),
    site_of(14, 1, "Etc/UTC"),
    site_of(9, 2, "Europe/Berlin"),
    site_of(4, 3, "Europe/Berlin"),
    site_of(9, 8, "Europe/London"),
    site_of(6, 9, "Europe/Paris"),
    site_of(3, 12, "Europe/Oslo"),
    site_of(3, 13, "Europe/Warsaw"),
    site_of(11, 32, "America/New_York"),
    site_of(5, 33, "America/Chicago"),
    site_of(4, 34, "America/Los_Angeles"),
    site_of(2, 40, "America/Sao_Paulo"),
    site_of(3, 64, "Asia/Tokyo"),
    site_of(2, 65, "Asia/Singapore"),
    site_of(1, 66, "Asia/Kolkata"),
    site_of(1, 72, "Australia/Sydney"),
];

pub(super) fn site(chance: &Chance) -> &'static Site {
    chance.one_of(&SITES, |site| site.weight)
}

/// Stands in the domain of machines.
pub(super) fn environment(purpose: Purpose, chance: &Chance) -> &'static str {
    match (purpose, chance.below(100)) {
        (Purpose::Workstation, _) => "office",
        (Purpose::Server, 0..62) => "prod",
        (Purpose::Server, 62..84) => "test",
        (Purpose::Server, _) => "dev",
    }
}
