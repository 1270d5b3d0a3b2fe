//! How a host keeps up with its archive.

use fettle_model::{Obstacle, PackageKind};

use super::Host;
use crate::archive::OLDEST_NEWS;
use crate::chance::Chance;
use crate::image::Image;

/// Of a host that follows its archive from day to day.
#[derive(Debug)]
pub(super) struct Pace {
    /// Simulated days that it has seen.
    pub(super) day: u32,
    /// It installs what comes out on the same day.
    pub(super) is_at_once: bool,
    /// Its mirror has of each source the next update only.
    pub(super) has_old_mirror: bool,
}

/// So many hosts of a hundred installed their updates some days ago, between the two numbers.
const LAGS: [(usize, (usize, usize)); 5] =
    [(22, (0, 1)), (42, (1, 14)), (24, (14, 45)), (8, (45, 150)), (4, (150, 500))];
/// One in so many sources is held on a host, and on one of Ubuntu another one is phased.
const STUCK: usize = 120;

impl Host {
    /// Host `number` of the seed: an image with drift, as far behind its archive as hosts are: most of them some days,
    /// few more than a year.
    pub(crate) fn lagging(seed: u64, number: u64, image: &Image) -> Self {
        let chance = Chance::new(seed, "host", number);
        let mut host = Self::installed(seed, number, image, &chance);
        let (_, (least, most)) = chance.one_of(&LAGS, |(weight, _)| *weight);
        let lag = OLDEST_NEWS + u16::try_from(least + chance.below(most - least)).unwrap_or(0);
        let is_at_once = lag == OLDEST_NEWS;
        let has_old_mirror = !is_at_once && chance.percent(8);
        let has_offers = host.archive.package_kind == PackageKind::Deb;
        for source in host.updated() {
            let is_stuck = has_offers && host.obstacle_of(source).is_some();
            let level = host.source(source).level_before(lag).saturating_sub(u32::from(is_stuck));
            if level > 0 {
                host.levels.insert(source, level);
            }
        }
        host.pace = Some(Pace { day: 0, is_at_once, has_old_mirror });
        if has_offers {
            for source in host.updated() {
                let candidate = host.candidate(source);
                if candidate > host.level(source) {
                    host.offered.insert(source, candidate);
                }
            }
        }
        host
    }

    /// The newest update of a source that the host's mirror has.
    pub(super) fn candidate(&self, source: u16) -> u32 {
        let Some(pace) = &self.pace else { return self.level(source) + 1 };
        let newest = self.source(source).level_on(pace.day);
        if pace.has_old_mirror { newest.min(self.level(source) + 1) } else { newest }
    }

    /// What keeps it from installing updates of a source.
    pub(super) fn obstacle(&self, source: u16) -> Option<Obstacle> {
        self.pace.as_ref().and_then(|_| self.obstacle_of(source))
    }

    fn obstacle_of(&self, source: u16) -> Option<Obstacle> {
        match Chance::new(self.seed, "stuck", self.number << 16 | u64::from(source)).below(STUCK) {
            0 => Some(Obstacle::Held),
            1 if self.archive.os_id == "ubuntu" => Some(Obstacle::Phased),
            _ => None,
        }
    }
}
