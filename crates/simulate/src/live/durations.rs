//! Durations that are counted, not kept: as many as a long run brings.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

/// Microseconds to ten binary digits, so within a thousandth, and how often each came.
#[derive(Debug, Clone, Default)]
pub(super) struct Durations {
    counted: BTreeMap<u64, u64>,
    count: u64,
    longest: Duration,
}

/// In milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quantiles {
    pub count: u64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

impl Durations {
    const DIGITS: u32 = 10;

    pub(super) fn note(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let cut = (u64::BITS - micros.leading_zeros()).saturating_sub(Self::DIGITS);
        *self.counted.entry(micros >> cut << cut).or_default() += 1;
        self.count += 1;
        self.longest = self.longest.max(duration);
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn quantiles(&self) -> Quantiles {
        Quantiles {
            count: self.count,
            p50: self.milliseconds(50),
            p95: self.milliseconds(95),
            p99: self.milliseconds(99),
            max: self.longest.as_secs_f64() * 1e3,
        }
    }

    /// The least that `percent` of all do not exceed; 0 where there is none.
    fn milliseconds(&self, percent: u64) -> f64 {
        let wanted = (self.count * percent).div_ceil(100);
        let mut seen = 0;
        let found = self.counted.iter().find(|(_, count)| {
            seen += **count;
            seen >= wanted
        });
        found.map_or(0.0, |(micros, _)| Duration::from_micros(*micros).as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_sorted_list() {
        let mut durations = Durations::default();
        assert_eq!(durations.quantiles(), Quantiles::default());
        for milliseconds in (1..=1_000).rev() {
            durations.note(Duration::from_millis(milliseconds));
        }
        let quantiles = durations.quantiles();
        let is_near = |figure: f64, wanted: f64| (figure - wanted).abs() <= wanted / 500.0;
        assert!(is_near(quantiles.p50, 500.0) && is_near(quantiles.p95, 950.0), "{quantiles:?}");
        assert!(is_near(quantiles.p99, 990.0) && quantiles.count == 1_000, "{quantiles:?}");
        assert!((quantiles.max - 1_000.0).abs() < f64::EPSILON, "{quantiles:?}");
    }

    #[test]
    fn many_take_no_more_room_than_few() {
        let mut durations = Durations::default();
        (0..1_000_000).for_each(|micros| durations.note(Duration::from_micros(micros)));
        assert!(durations.counted.len() < 8_000, "{}", durations.counted.len());
    }
}
