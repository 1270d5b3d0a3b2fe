//! Recurring tasks: idempotent functions without input, run by a timer; the next run is the retry. All of them stand in
//! one table.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::serve::Resolver;
use crate::state::AppState;

type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;
type Run = fn(Arc<AppState>) -> Pin<Box<dyn Future<Output = Done> + Send>>;

/// Name, interval, function.
const TASKS: [(&str, Duration, Run); 10] = [
    ("move the index in time", Duration::from_mins(1), |app| {
        Box::pin(async move {
            app.fleet.index.move_to(app.fleet.clock.now());
            Ok(())
        })
    }),
    ("bring collections and exceptions up to date", Duration::from_millis(250), |app| {
        Box::pin(async move {
            if app.fleet.loading.is_ready() {
                // It may judge rules on the whole fleet.
                tokio::task::spawn_blocking(move || {
                    app.fleet.index.settle_tags();
                    app.fleet.index.settle_exceptions();
                })
                .await?;
            }
            Ok(())
        })
    }),
    ("write contacts", Duration::from_mins(1), |app| {
        Box::pin(async move {
            app.fleet.write_contacts().await?;
            Ok(())
        })
    }),
    ("chain the audit log", Duration::from_secs(1), |app| {
        Box::pin(async move {
            app.fleet.chain_audit().await?;
            Ok(())
        })
    }),
    ("end exceptions", Duration::from_mins(1), |app| {
        Box::pin(async move {
            app.fleet.end_exceptions().await?;
            Ok(())
        })
    }),
    ("end silent deployments", Duration::from_mins(1), |app| {
        Box::pin(async move {
            app.fleet.end_silent_deployments().await?;
            Ok(())
        })
    }),
    ("trim the feed", Duration::from_mins(1), |app| {
        Box::pin(async move {
            app.fleet.trim_feed().await?;
            Ok(())
        })
    }),
    ("order unread changelogs", Duration::from_mins(5), |app| {
        Box::pin(async move {
            if app.fleet.loading.is_ready() {
                app.fleet.order_changelogs();
            }
            Ok(())
        })
    }),
    ("forget ended sessions", Duration::from_mins(10), |app| {
        Box::pin(async move {
            app.fleet.forget_ended_sessions().await?;
            Ok(())
        })
    }),
    ("forget idle agents", Duration::from_mins(10), |app| {
        Box::pin(async move {
            app.limits.forget_idle();
            Ok(())
        })
    }),
];

const RENEW_CERTIFICATE: Duration = Duration::from_hours(24);

pub(crate) fn spawn(app: &Arc<AppState>, resolver: Arc<Resolver>, stop: &CancellationToken, tracker: &TaskTracker) {
    for (name, interval, run) in TASKS {
        tracker.spawn(repeat(name, interval, run, Arc::clone(app), stop.clone()));
    }
    let stop = stop.clone();
    tracker.spawn(async move {
        while pause(RENEW_CERTIFICATE, &stop).await {
            if let Err(error) = resolver.renew() {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the server's certificate could not be renewed"
                );
            }
        }
    });
}

async fn repeat(name: &'static str, interval: Duration, run: Run, app: Arc<AppState>, stop: CancellationToken) {
    while pause(interval, &stop).await {
        if let Err(error) = run(Arc::clone(&app)).await {
            tracing::error!(task = name, error = &*error as &dyn std::error::Error, "a recurring task failed");
        }
    }
}

/// False when the server stops.
async fn pause(interval: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(interval) => true,
        () = stop.cancelled() => false,
    }
}
