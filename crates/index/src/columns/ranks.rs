//! Places of a block's texts in an order, so that no text is compared for each asset.

use std::cmp::Ordering;

/// Of texts by their codes.
#[derive(Debug)]
pub(crate) struct Ranks {
    /// By code; that of code 0 is the last.
    of_code: Box<[u32]>,
    /// Of each place one of the codes.
    codes: Box<[u32]>,
}

impl Ranks {
    /// `codes`: what is compared, with the code of each text. `count`: one more than the highest code.
    pub(super) fn new<T>(mut codes: Vec<(T, u32)>, count: usize, compare: impl Fn(&T, &T) -> Ordering) -> Self {
        codes.sort_unstable_by(|left, right| compare(&left.0, &right.0).then(left.1.cmp(&right.1)));
        let mut of_code = vec![u32::MAX; count];
        let mut first = Vec::new();
        for (rank, run) in (0u32..).zip(codes.chunk_by(|left, right| compare(&left.0, &right.0).is_eq())) {
            for (_, code) in run {
                of_code[*code as usize] = rank;
            }
            first.push(run[0].1);
        }
        Self { of_code: of_code.into(), codes: first.into() }
    }

    /// None of code 0.
    pub(crate) fn of(&self, code: u32) -> Option<u32> {
        self.of_code.get(code as usize).copied().filter(|rank| *rank != u32::MAX)
    }

    /// How many places are before a text, and whether the next place is its own, where `compare` holds the text of a code
    /// against it.
    pub(crate) fn find(&self, compare: impl Fn(u32) -> Ordering) -> (u32, bool) {
        let before = self.codes.partition_point(|code| compare(*code).is_lt());
        let is_own = self.codes.get(before).is_some_and(|code| compare(*code).is_eq());
        (u32::try_from(before).expect("no more texts than slots"), is_own)
    }
}
