//! SIGTERM and SIGINT: the first asks for an orderly end, the second one ends at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::output::say;

/// Exit code after the second signal, as shells give it for SIGINT.
const ABORTED: i32 = 130;

/// The token is cancelled by the first signal. The watch lasts as long as the process.
pub(crate) fn shutdown(tasks: &TaskTracker) -> std::io::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let shutdown = CancellationToken::new();
    let cancelled = shutdown.clone();
    tasks.spawn(async move {
        for round in 0_u8.. {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if round > 0 {
                std::process::exit(ABORTED);
            }
            say("Stopping; once more stops at once");
            cancelled.cancel();
        }
    });
    Ok(shutdown)
}
