//! When the updates of a source came out: over the last two years, and on the days that are simulated.

use super::{Source, UPDATED};
use crate::chance::Chance;

/// Of the newest update that was there before the days that are simulated, in days.
pub(crate) const OLDEST_NEWS: u16 = 11;
const TWO_YEARS: usize = 730;
/// Each source that is ever updated has an update on one of so many simulated days.
const EVERY: u32 = 24;

/// Ages of a source's updates in days, the oldest first.
pub(super) fn of(seed: u64, number: usize) -> Vec<u16> {
    if number >= UPDATED {
        return Vec::new();
    }
    let chance = Chance::new(seed, "history", number as u64);
    let count = 1 + chance.below(4) + chance.below(5);
    let days = (0..count).map(|_| usize::from(OLDEST_NEWS) + chance.below(TWO_YEARS - usize::from(OLDEST_NEWS)));
    let mut ages: Vec<u16> = days.map(|days| u16::try_from(days).unwrap_or(u16::MAX)).collect();
    ages.sort_unstable_by(|left, right| right.cmp(left));
    ages
}

impl Source {
    /// Updates that were out so many days before the end.
    pub(crate) fn level_before(&self, days: u16) -> u32 {
        u32::try_from(self.history.partition_point(|age| *age >= days)).unwrap_or(0)
    }

    /// How long an update has been out, in days; `None` of one that came out on a simulated day.
    pub(crate) fn age(&self, level: u32) -> Option<u16> {
        self.history.get(level.checked_sub(1)? as usize).copied()
    }

    /// Has it an update on this simulated day? Any so many sources in a row have one each; curl has its own on the first.
    pub(crate) fn is_news_on(&self, day: u32) -> bool {
        (u32::from(self.number) + 11 + 7 * day).is_multiple_of(EVERY)
    }

    /// Updates that are out on a simulated day, of which the first is 1.
    pub(crate) fn level_on(&self, day: u32) -> u32 {
        let news = (1..=day).filter(|day| self.is_news_on(*day)).count();
        self.level_before(0) + u32::try_from(news).unwrap_or(0)
    }
}
