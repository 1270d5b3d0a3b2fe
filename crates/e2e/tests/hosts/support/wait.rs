//! Waiting on a condition with a limit: a test never sleeps for a guessed time.

use std::io::Write as _;
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(20);

/// Asks again and again until the answer is `Some`; fails the test after `limit`, naming what was waited for.
pub(crate) fn eventually<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < limit, "waited {limit:?} for {what}");
        std::thread::sleep(LOOK);
    }
}

/// Past the capture of test output, so that a skipped test is seen to be skipped.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
