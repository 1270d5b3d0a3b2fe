//! Repeatable choices.

use fettle_model::Entropy as _;
use fettle_model::clock::SeededEntropy;

#[derive(Debug)]
pub struct Chance(SeededEntropy);

impl Chance {
    /// Another `purpose` or `number` is another sequence of the same seed.
    pub fn new(seed: u64, purpose: &str, number: u64) -> Self {
        let purpose = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(SeededEntropy::new(seed ^ purpose ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    fn next(&self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// Evenly from 0 up to, not including, `end`; 0 when that is 0.
    pub fn below(&self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// True so many times in a hundred.
    pub fn percent(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `all`, of which there is at least one: as often as its weight says.
    pub(crate) fn one_of<'a, T>(&self, all: &'a [T], weight: impl Fn(&T) -> usize) -> &'a T {
        let mut left = self.below(all.iter().map(&weight).sum());
        let place = all.iter().position(|one| {
            let weight = weight(one);
            let is_here = left < weight;
            left = left.saturating_sub(weight);
            is_here
        });
        &all[place.unwrap_or(0)]
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill(&mut bytes);
        bytes
    }
}
