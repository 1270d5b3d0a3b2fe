//! When machines enrolled, scanned, and were heard of last.

use jiff::{SignedDuration, Timestamp};

use crate::chance::Chance;

/// So many machines of a hundred are switched off, or gone, and for so many days at most.
const SILENT: usize = 6;
const LONGEST: u32 = 45;

/// Of one machine, back from the end of what is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Life {
    enrolled: SignedDuration,
    scanned: SignedDuration,
    heard: SignedDuration,
    /// For so many days nothing was heard of it.
    silent: u32,
}

impl Life {
    /// `most`: silent days, at most; after them machines were there.
    pub(crate) fn of(seed: u64, number: u64, most: u32) -> Self {
        let chance = Chance::new(seed, "life", number);
        let seconds = |end: usize| SignedDuration::from_secs(i64::try_from(chance.below(end)).unwrap_or(0));
        let scanned = seconds(86_400);
        let enrolled = seconds(292 * 86_400);
        let heard = seconds(3_600);
        let days = if chance.percent(SILENT) { 1 + chance.below(LONGEST as usize) } else { 0 };
        let silent = u32::try_from(days).unwrap_or(0).min(most);
        let since = SignedDuration::from_hours(24 * i64::from(silent));
        let first = SignedDuration::from_hours(24 * 8);
        Self { enrolled: since + first + enrolled, scanned: since + scanned, heard: since + heard, silent }
    }

    /// Of one that did not enrol with the simulation's own.
    pub(crate) fn enrolled_at(&self, end: Timestamp) -> Timestamp {
        end - self.enrolled
    }

    pub(crate) fn scanned_at(&self, end: Timestamp) -> Timestamp {
        end - self.scanned.max(self.heard)
    }

    pub(crate) fn last_checked_in(&self, end: Timestamp) -> Timestamp {
        end - self.heard
    }

    /// Between the last scan and the moment up to which it is not silent.
    pub(crate) fn since_scan(&self) -> SignedDuration {
        self.scanned.max(self.heard) - SignedDuration::from_hours(24 * i64::from(self.silent))
    }

    /// Rounds of updates that it sees, of so many, each a day and the last one at the end.
    pub(crate) fn rounds(&self, rounds: u32) -> u32 {
        rounds.saturating_sub(self.silent)
    }
}

/// Longest silence of a machine that can be put in at any time.
pub(crate) const ANY: u32 = LONGEST;
