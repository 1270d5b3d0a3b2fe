//! The report of one import: what was read, what was dropped, which references lead nowhere.

use std::collections::BTreeMap;

use super::{Place, ReadError};

/// Places of a tally that are kept to be shown.
const MAX_EXAMPLES: usize = 20;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Records by their noun in the plural, as the vendor's format counts them.
    pub read: BTreeMap<&'static str, u64>,
    /// Records that were left out.
    pub dropped: Tally,
    /// References to something that the file does not hold.
    pub unresolved: Tally,
    /// Values that were left out while their record was kept, and what of the signature could not be judged.
    pub warnings: Tally,
}

/// Things of several reasons, counted; the first of them with their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    reasons: BTreeMap<&'static str, u64>,
    examples: Vec<Example>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub place: Place,
    pub reason: &'static str,
    /// What stands there, cut to a readable length.
    pub detail: String,
}

impl Tally {
    pub fn add(&mut self, place: Place, reason: &'static str, detail: &str) {
        *self.reasons.entry(reason).or_default() += 1;
        if self.examples.len() < MAX_EXAMPLES {
            let detail = detail.chars().filter(|character| !character.is_control()).take(80).collect();
            self.examples.push(Example { place, reason, detail });
        }
    }

    fn join(&mut self, more: Self) {
        for (reason, count) in more.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        let room = MAX_EXAMPLES - self.examples.len();
        self.examples.extend(more.examples.into_iter().take(room));
    }

    pub fn total(&self) -> u64 {
        self.reasons.values().sum()
    }

    pub fn reasons(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.reasons.iter().map(|(reason, count)| (*reason, *count))
    }

    pub fn examples(&self) -> &[Example] {
        &self.examples
    }
}

impl Report {
    pub fn count(&mut self, noun: &'static str) {
        self.count_many(noun, 1);
    }

    pub fn count_many(&mut self, noun: &'static str, number: usize) {
        *self.read.entry(noun).or_default() += number as u64;
    }

    /// Takes over what a second look at the same records found.
    pub fn join(&mut self, more: Self) {
        for (noun, count) in more.read {
            *self.read.entry(noun).or_default() += count;
        }
        self.dropped.join(more.dropped);
        self.unresolved.join(more.unresolved);
        self.warnings.join(more.warnings);
    }

    /// Refuses the file if more than 5 %, and at least 20, of its records of `noun` had to be dropped.
    pub fn accept(&self, noun: &'static str) -> Result<(), ReadError> {
        const LEAST: u64 = 20;
        let dropped = self.dropped.total();
        let all = dropped + self.read.get(noun).copied().unwrap_or_default();
        if dropped < LEAST || dropped * 20 <= all {
            return Ok(());
        }
        let first = self.dropped.examples.first();
        Err(ReadError::malformed(
            first.map_or(Place::Whole, |example| example.place.clone()),
            format_args!(
                "{dropped} of {all} records cannot be read, the first because of {:?}",
                first.map_or("", |example| example.reason)
            ),
        ))
    }
}
