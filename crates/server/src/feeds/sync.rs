//! The catalogue's feeds, asked again and again: by condition, so that an unchanged document costs one request; what
//! was read last stays in force whatever an answer is (`patch-management.md` 6.1).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use fettle_catalog::import::Format;
use fettle_fleet::access::Actor;
use fettle_store::StoreError;
use fettle_store::catalogue::FeedState;
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use tokio_util::sync::CancellationToken;

use super::catalogue_feeds::{FEEDS, KnownFeed, Wanted};
use super::fetch::{FetchError, following_client};
use crate::api::ApiError;
use crate::imports::apply::carry_out;
use crate::imports::receive::receive;
use crate::state::AppState;

/// How often it is looked for feeds that are due.
const LOOK: Duration = Duration::from_secs(15);
/// `catalogue.syncMinutes`: how often each feed is asked, unless its least interval is longer.
const SYNC_MINUTES: i64 = 30;

/// What goes on with the feed that is fetched now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Syncing {
    pub(crate) feed: Format,
    /// Bytes that came, and of how many where the sender says.
    pub(crate) bytes: u64,
    pub(crate) of: Option<u64>,
}

#[derive(Debug, thiserror::Error)]
enum SyncError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Import(ApiError),
    #[error("what a feed said could not be stored")]
    Store(#[from] StoreError),
}

/// Asks feeds that are due, one after the other, until the server stops.
pub(crate) async fn run(app: Arc<AppState>, stop: CancellationToken) {
    let client = match following_client() {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "feeds cannot be asked");
            return;
        }
    };
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.sync_wanted.notified() => {}
            () = stop.cancelled() => return,
        }
        if !app.fleet.loading.is_ready() {
            continue;
        }
        for feed in &FEEDS {
            let synced = tokio::select! {
                synced = sync_if_due(&app, &client, feed) => synced,
                () = stop.cancelled() => return,
            };
            if let Err(error) = synced {
                tracing::error!(error = &error as &dyn std::error::Error, "the state of a feed could not be kept");
            }
        }
    }
}

async fn sync_if_due(app: &Arc<AppState>, client: &reqwest::Client, feed: &KnownFeed) -> Result<(), StoreError> {
    let is_ordered = app.take_ordered(feed.format);
    let Some(address) = app.feeds.address(feed).filter(|_| is_ordered || is_wanted(app, feed)) else { return Ok(()) };
    let name = feed.format.name();
    let now = app.fleet.clock.now();
    let known = app.fleet.database.read().await?.feed_states().find(name).await?;
    // What another address said is no condition for this one.
    let mut state = known.filter(|state| state.address == address).unwrap_or_else(|| FeedState::new(name, &address));
    if !is_ordered && next_due(feed, &state).is_some_and(|due| due > now) {
        return Ok(());
    }
    state.asked_at = Some(now);
    match fetch(app, client, feed, &address, &mut state).await {
        Ok(()) => {
            state.good_at = Some(now);
            state.error = None;
        }
        Err(error) => {
            let text = chain(&error);
            tracing::warn!(feed = name, error = text, "a feed could not be synced; what it said last stays in force");
            state.error = Some(text);
        }
    }
    app.set_syncing(None);
    let write = app.fleet.database.write(async move |tx| tx.feed_states().put(&state).await);
    write.await.map_err(StoreError::from).map(drop)
}

/// When the feed is asked next; `None`: at once.
pub(crate) fn next_due(feed: &KnownFeed, state: &FeedState) -> Option<Timestamp> {
    let least = if state.error.is_some() { SYNC_MINUTES } else { feed.least_minutes.max(SYNC_MINUTES) };
    state.asked_at.map(|asked| asked + SignedDuration::from_mins(least))
}

pub(crate) fn is_wanted(app: &AppState, feed: &KnownFeed) -> bool {
    match feed.wanted {
        Wanted::Always => true,
        Wanted::WithDebian => app.fleet.index.has_product_of("debian"),
    }
}

async fn fetch(
    app: &Arc<AppState>,
    client: &reqwest::Client,
    feed: &KnownFeed,
    address: &str,
    state: &mut FeedState,
) -> Result<(), SyncError> {
    let mut request = client.get(address);
    for (header, value) in [(IF_NONE_MATCH, &state.etag), (IF_MODIFIED_SINCE, &state.last_modified)] {
        if let Some(value) = value {
            request = request.header(header, value);
        }
    }
    let unreachable = |source| FetchError::Unreachable { url: address.to_owned(), source };
    let response = request.send().await.map_err(unreachable)?;
    match response.status().as_u16() {
        304 => return Ok(()),
        200 => {}
        status => return Err(FetchError::Status { url: address.to_owned(), status }.into()),
    }
    let (etag, last_modified) = (header(response.headers(), ETAG), header(response.headers(), LAST_MODIFIED));
    let of = response.content_length();
    let (progress, format) = (Arc::clone(app), feed.format);
    let mut bytes = 0;
    let parts = response.bytes_stream().inspect(move |part| {
        bytes += part.as_ref().map_or(0, |part| part.len() as u64);
        progress.set_syncing(Some(Syncing { feed: format, bytes, of }));
    });
    let received = receive(Body::from_stream(parts), Some(feed.format), app.data.clone()).await;
    let received = received.map_err(SyncError::Import)?;
    let turn = Arc::clone(&app.imports).lock_owned().await;
    let file_name = address.rsplit('/').next().map(str::to_owned);
    let applied = carry_out(app, &Actor::scheduler(), received, file_name, false).await;
    drop(turn);
    applied.map_err(SyncError::Import)?;
    // Only now: a document that could not be read must be fetched again.
    (state.etag, state.last_modified) = (etag, last_modified);
    state.changed_at = state.asked_at;
    Ok(())
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
