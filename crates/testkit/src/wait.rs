//! Waiting on a condition with a limit: a test never sleeps for a guessed time.

use std::time::{Duration, Instant};

/// Asks again and again until the answer is `Some`.
///
/// # Panics
/// After `limit`, naming what was waited for.
pub async fn eventually<T>(what: &str, limit: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < limit, "waited {limit:?} for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
