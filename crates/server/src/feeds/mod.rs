//! Documents that the server fetches by itself, to confirm what machines reported.
//!
//! An agent can never make the server fetch an address of its choice: only hosts count that the operator named, or that
//! this machine's own apt sources name.

mod apt;
pub(crate) mod catalogue_feeds;
mod fetch;
mod hosts;
pub(crate) mod nvd;
pub(crate) mod sync;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fettle_catalog::apt::release::Keyring;
use fettle_fleet::catalogue::repositories::ReportedRepository;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::state::AppState;

pub(crate) use hosts::AllowedHosts;

/// How often repositories with unconfirmed packages are looked for.
const LOOK: Duration = Duration::from_secs(30);
/// Least time between two fetches of one suite.
const LEAST_INTERVAL_MIN: i64 = 30;

/// What is remembered of one suite between two looks.
#[derive(Debug, Default, Clone)]
struct Feed {
    asked: Option<Timestamp>,
    /// Date of the last accepted Release file.
    accepted: Option<Timestamp>,
    /// Unconfirmed packages when it was asked last: with others there is something new to confirm.
    unconfirmed: usize,
}

/// Confirms reported packages by signed indexes until the server stops.
pub(crate) async fn run(app: Arc<AppState>, hosts: AllowedHosts, keyring: Keyring, stop: CancellationToken) {
    if keyring.is_empty() {
        tracing::info!("no keyring of a distribution is at hand: patches are confirmed by three machines alone");
        return;
    }
    let client = match fetch::client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "repositories cannot be asked");
            return;
        }
    };
    let mut feeds: BTreeMap<ReportedRepository, Feed> = BTreeMap::new();
    loop {
        for reported in due(&app, &hosts, &feeds) {
            let feed = feeds.entry(reported.clone()).or_default();
            feed.asked = Some(app.fleet.clock.now());
            feed.unconfirmed = app.fleet.unconfirmed_packages(&reported.repository);
            match apt::confirm(&app, &client, &keyring, &reported, feed.accepted).await {
                Ok((date, confirmed)) => {
                    feed.accepted = Some(date);
                    feed.unconfirmed = app.fleet.unconfirmed_packages(&reported.repository);
                    tracing::info!(repository = %reported.repository, confirmed, "a signed index was read");
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(repository = %reported.repository, error, "a repository could not confirm its packages");
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// One address per repository that has packages to confirm, is allowed, and was not asked for the same lately.
fn due(app: &AppState, hosts: &AllowedHosts, feeds: &BTreeMap<ReportedRepository, Feed>) -> Vec<ReportedRepository> {
    let now = app.fleet.clock.now();
    let is_due = |reported: &ReportedRepository| {
        let unconfirmed = app.fleet.unconfirmed_packages(&reported.repository);
        let feed = feeds.get(reported).cloned().unwrap_or_default();
        let is_old = feed.asked.is_none_or(|asked| now.duration_since(asked).as_mins() >= LEAST_INTERVAL_MIN);
        unconfirmed > 0 && (is_old || unconfirmed != feed.unconfirmed)
    };
    let grouped = app.fleet.repositories.all();
    let allowed = grouped.into_values().filter_map(|all| all.into_iter().find(|reported| hosts.allow(&reported.uri)));
    allowed.filter(is_due).collect()
}
