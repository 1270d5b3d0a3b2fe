//! Work on several blocks at once, where that is faster.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::POISONED;

/// For less than this no other thread is called: to wake one takes about half of it.
const WORTH_A_THREAD: Duration = Duration::from_micros(100);

/// What `of` makes of each number below `count`, in their order. The calling thread begins at once, and others help once
/// it has seen how much there is to do.
pub(super) fn in_parallel<T: Send>(count: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut found = Vec::with_capacity(count);
    let begun = Instant::now();
    while found.len() < count {
        found.push(of(found.len()));
        let each = begun.elapsed().as_nanos() / found.len() as u128;
        if each * ((count - found.len()) as u128) > WORTH_A_THREAD.as_nanos() {
            break;
        }
    }
    if found.len() == count {
        return found;
    }
    let next = AtomicUsize::new(found.len());
    let work = || {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return done;
            }
            done.push((number, of(number)));
        }
    };
    let of_helpers = Mutex::new(Vec::new());
    let helpers = rayon::current_num_threads().saturating_sub(1).min(count - found.len());
    let mut done = rayon::in_place_scope(|scope| {
        for _ in 0..helpers {
            scope.spawn(|_| {
                let done = work();
                of_helpers.lock().expect(POISONED).extend(done);
            });
        }
        work()
    });
    done.extend(of_helpers.into_inner().expect(POISONED));
    done.sort_unstable_by_key(|(number, _)| *number);
    found.extend(done.into_iter().map(|(_, done)| done));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_done_once_and_stands_in_its_order() {
        for (count, pause) in [(0, 0), (1, 50), (7, 0), (16, 1), (40, 300)] {
            let calls = AtomicUsize::new(0);
            let found = in_parallel(count, |number| {
                calls.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_micros(pause));
                number * 2
            });
            assert_eq!(found, (0..count).map(|number| number * 2).collect::<Vec<_>>());
            assert_eq!(calls.into_inner(), count);
        }
    }
}
