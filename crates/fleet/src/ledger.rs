//! Since when: the ledger of an asset keeps the moments at which the asset's own components flipped a finding
//! (`design.md`, "Dates without rows"). A new advisory writes nothing here.
//!
//! Stored form: a byte for the version, then per entry two LEB128 numbers: the patch number's difference to the entry
//! before, and a time. Entries are sorted by patch number. In version 1 the time is in seconds since 1970. In version 2,
//! which is written, it is the difference to the time of the entry before (at first 0), zigzag encoded: patches that a
//! machine gets together have one time, which so takes a byte instead of five.

use fettle_index::{Flip, PatchNumber, Status};
use jiff::Timestamp;

const ABSOLUTE: u8 = 1;
const DIFFERENCES: u8 = 2;

/// Patch numbers and seconds, by number: read with each report, changed in a few places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger(Vec<(u32, i64)>);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the ledger of the asset is damaged at byte {0}")]
pub struct DamagedLedger(usize);

impl Ledger {
    pub fn decode(bytes: &[u8]) -> Result<Self, DamagedLedger> {
        let Some((version, mut rest)) = bytes.split_first() else { return Ok(Self::default()) };
        if ![ABSOLUTE, DIFFERENCES].contains(version) {
            return Err(DamagedLedger(0));
        }
        let mut entries: Vec<(u32, i64)> = Vec::with_capacity(rest.len() / 3);
        let (mut patch, mut seconds) = (0u64, 0i64);
        while !rest.is_empty() {
            let place = bytes.len() - rest.len();
            let damaged = || DamagedLedger(place);
            let mut number = || read_number(&mut rest).ok_or_else(damaged);
            patch = patch.checked_add(number()?).ok_or_else(damaged)?;
            let time = number()?;
            seconds = match *version {
                ABSOLUTE => i64::try_from(time).map_err(|_| damaged())?,
                _ => seconds.checked_add(unfolded(time)).ok_or_else(damaged)?,
            };
            let number = u32::try_from(patch).map_err(|_| damaged())?;
            if entries.last().is_some_and(|(last, _)| *last == number) {
                return Err(damaged());
            }
            entries.push((number, seconds));
        }
        Ok(Self(entries))
    }

    pub fn encode(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut bytes = Vec::with_capacity(1 + self.0.len() * 4);
        bytes.push(DIFFERENCES);
        let mut before = (0, 0);
        for (patch, seconds) in &self.0 {
            write_number(&mut bytes, u64::from(patch - before.0));
            write_number(&mut bytes, folded(seconds - before.1));
            before = (*patch, *seconds);
        }
        bytes
    }

    /// Notes flips that the asset's components made at `now`.
    pub fn note(&mut self, flips: &[Flip], now: Timestamp) {
        for flip in flips {
            let entry = (flip.patch.0, now.as_second());
            match (self.place(flip.patch), flip.to) {
                (Ok(at), Status::NotApplicable) => {
                    self.0.remove(at);
                }
                (Err(_), Status::NotApplicable) => {}
                (Ok(at), _) => self.0[at] = entry,
                (Err(at), _) => self.0.insert(at, entry),
            }
        }
    }

    /// When the asset's own components made the finding what it is; `None`: they never changed it.
    pub fn changed(&self, patch: PatchNumber) -> Option<Timestamp> {
        self.place(patch).ok().and_then(|at| Timestamp::from_second(self.0[at].1).ok())
    }

    /// Where the patch's entry stands, or would.
    fn place(&self, patch: PatchNumber) -> Result<usize, usize> {
        self.0.binary_search_by_key(&patch.0, |(number, _)| *number)
    }
}

/// Since when Fettle knows a finding: the latest of when the catalogue learnt the rule, when the asset enrolled, and
/// when its own components changed it.
pub fn since(learnt: Timestamp, enrolled: Timestamp, changed: Option<Timestamp>) -> Timestamp {
    learnt.max(enrolled).max(changed.unwrap_or(Timestamp::MIN))
}

/// Zigzag: small numbers of either sign become small numbers.
const fn folded(number: i64) -> u64 {
    (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()
}

const fn unfolded(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

fn write_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

fn read_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(entries in proptest::collection::btree_map(any::<u32>(), 0i64..4_000_000_000, 0..50)) {
            let ledger = Ledger(entries.into_iter().collect());
            prop_assert_eq!(Ledger::decode(&ledger.encode()), Ok(ledger));
        }

        #[test]
        fn damage_is_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = Ledger::decode(&bytes);
        }
    }

    #[test]
    fn version_1_is_still_read() {
        let stored = [1, 5, 0x80, 0x8f, 0xd5, 0xcb, 0x06, 2, 10];
        let ledger = Ledger::decode(&stored).expect("a ledger");
        assert_eq!(ledger.changed(PatchNumber(5)).map(Timestamp::as_second), Some(1_769_293_696));
        assert_eq!(ledger.changed(PatchNumber(7)).map(Timestamp::as_second), Some(10));
        assert_eq!(Ledger::decode(&[9]), Err(DamagedLedger(0)));
        assert_eq!(Ledger::decode(&[1, 0x80]), Err(DamagedLedger(1)));
        assert_eq!(Ledger::decode(&ledger.encode()), Ok(ledger));
    }

    #[test]
    fn version_2_is_what_is_written() {
        let at = 1_769_293_696;
        let ledger = Ledger(vec![(5, at), (6, at), (9, at - 86_400), (300, at)]);
        let stored = [2, 5, 0x80, 0x9e, 0xaa, 0x97, 0x0d, 1, 0, 3, 0xff, 0xc5, 0x0a, 0xa3, 2, 0x80, 0xc6, 0x0a];
        assert_eq!(ledger.encode(), stored);
        assert_eq!(Ledger::decode(&stored), Ok(ledger));
        assert_eq!(Ledger::decode(&[2, 0, 0, 0, 0]), Err(DamagedLedger(3)), "a patch stands twice");
    }

    #[test]
    fn the_latest_of_three_counts() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert_eq!(since(at(5), at(3), None), at(5));
        assert_eq!(since(at(5), at(3), Some(at(9))), at(9));
    }
}
