//! Long work on one block, in turns: reports that change the block come in between.

use std::iter::Peekable;
use std::time::{Duration, Instant};

/// How long a block may be locked before it is opened for those who wait to change it. To open and to lock it again takes
/// some tens of nanoseconds where nobody waits.
const LONGEST: Duration = Duration::from_micros(100);

/// Items of which some are looked at while a block is locked, and others when it is locked again. What was found out of
/// the block in one turn may be otherwise in the next.
pub(super) struct Turns<I: Iterator> {
    items: Peekable<I>,
}

impl<I: Iterator> Turns<I> {
    pub(super) fn of(items: impl IntoIterator<IntoIter = I>) -> Self {
        Self { items: items.into_iter().peekable() }
    }

    pub(super) fn has_more(&mut self) -> bool {
        self.items.peek().is_some()
    }

    /// The items of the turn that begins now: one at least, if there are more.
    pub(super) fn begin(&mut self) -> impl Iterator<Item = I::Item> {
        let begun = Instant::now();
        let mut is_first = true;
        std::iter::from_fn(move || {
            let is_over = !std::mem::take(&mut is_first) && begun.elapsed() > LONGEST;
            if is_over { None } else { self.items.next() }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_items_come_in_their_order_whatever_the_turns() {
        let mut turns = Turns::of(0..1_000);
        let (mut seen, mut count) = (Vec::new(), 0);
        while turns.has_more() {
            count += 1;
            for item in turns.begin() {
                seen.push(item);
                if item % 100 == 0 {
                    std::thread::sleep(LONGEST * 2);
                }
            }
        }
        assert_eq!(seen, (0..1_000).collect::<Vec<_>>());
        assert!(count >= 10, "a turn went on for too long: {count} turns");
    }
}
