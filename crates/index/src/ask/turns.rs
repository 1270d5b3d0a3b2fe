//! Long work on one block, in turns: who waits for the block comes in between.

use std::iter::Peekable;
use std::time::{Duration, Instant};

/// How long a block may be locked before it is opened for those who wait for it. Where nobody waits it stays locked: what
/// was found out of it for some items serves for the others too.
const LONGEST: Duration = Duration::from_micros(100);
/// After this time it is opened all the same: there may be a deadline to look at, and changes that nobody waits for.
const LONGEST_ALONE: Duration = Duration::from_millis(5);

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

    /// The items of the turn that begins now: one at least, if there are more. `is_waited_for`: somebody wants the block.
    pub(super) fn begin(&mut self, is_waited_for: impl Fn() -> bool) -> impl Iterator<Item = I::Item> {
        let begun = Instant::now();
        let mut is_first = true;
        std::iter::from_fn(move || {
            let longest = if is_waited_for() { LONGEST } else { LONGEST_ALONE };
            let is_over = !std::mem::take(&mut is_first) && begun.elapsed() > longest;
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
            for item in turns.begin(|| true) {
                seen.push(item);
                if item % 100 == 0 {
                    std::thread::sleep(LONGEST * 2);
                }
            }
        }
        assert_eq!(seen, (0..1_000).collect::<Vec<_>>());
        assert!(count >= 10, "a turn went on for too long: {count} turns");
        let alone = Turns::of(0..).begin(|| false).inspect(|_| std::thread::sleep(LONGEST_ALONE / 3)).count();
        assert!((1..=4).contains(&alone), "{alone}");
    }
}
