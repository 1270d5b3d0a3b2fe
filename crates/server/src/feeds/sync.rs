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
use crate::imports::receive::{Received, receive};
use crate::state::AppState;

/// How often it is looked for feeds that are due.
pub(super) const LOOK: Duration = Duration::from_secs(15);
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
pub(super) enum SyncError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Import(ApiError),
    #[error("FEED_MALFORMED: {0}")]
    Page(String),
    #[error("FEED_INCOMPLETE: the records moved between the pages each time they were read")]
    Moving,
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
        for feed in FEEDS.iter().filter(|feed| feed.format != Format::Nvd) {
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
    let Some(mut state) = take_due(app, feed, false).await? else { return Ok(()) };
    let outcome = fetch(app, client, feed, &mut state).await;
    finish(app, feed, state, outcome).await
}

/// The state of a feed that is to be asked now, noted as asked. One that was stopped in the middle `goes_on` at once, unless its
/// last answer was no good.
pub(super) async fn take_due(app: &AppState, feed: &KnownFeed, goes_on: bool) -> Result<Option<FeedState>, StoreError> {
    let is_ordered = app.take_ordered(feed.format);
    let wanted = app.feeds.address(feed).filter(|_| is_ordered || is_wanted(app, feed));
    let Some(address) = wanted else { return Ok(None) };
    let name = feed.format.name();
    let now = app.fleet.clock.now();
    let known = app.fleet.database.read().await?.feed_states().find(name).await?;
    // What another address said is no condition for this one.
    let mut state = known.filter(|state| state.address == address).unwrap_or_else(|| FeedState::new(name, &address));
    let is_at_once = is_ordered || (goes_on && state.error.is_none());
    if !is_at_once && next_due(feed, &state).is_some_and(|due| due > now) {
        return Ok(None);
    }
    state.asked_at = Some(now);
    app.set_syncing(feed.format, Some(Syncing { feed: feed.format, bytes: 0, of: None }));
    Ok(Some(state))
}

/// Notes what came of it.
pub(super) async fn finish(
    app: &AppState,
    feed: &KnownFeed,
    mut state: FeedState,
    outcome: Result<(), SyncError>,
) -> Result<(), StoreError> {
    match outcome {
        Ok(()) => {
            state.good_at = state.asked_at;
            state.error = None;
        }
        Err(error) => {
            let (feed, text) = (feed.format.name(), chain(&error));
            tracing::warn!(feed, error = text, "a feed could not be synced; what it said last stays in force");
            state.error = Some(text);
        }
    }
    let write = app.fleet.database.write(async move |tx| tx.feed_states().put(&state).await).await;
    app.set_syncing(feed.format, None);
    write.map_err(StoreError::from).map(drop)
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
    state: &mut FeedState,
) -> Result<(), SyncError> {
    let mut request = client.get(&state.address);
    for (header, value) in [(IF_NONE_MATCH, &state.etag), (IF_MODIFIED_SINCE, &state.last_modified)] {
        if let Some(value) = value {
            request = request.header(header, value);
        }
    }
    let unreachable = |source| FetchError::Unreachable { url: state.address.clone(), source };
    let response = request.send().await.map_err(unreachable)?;
    match response.status().as_u16() {
        304 => return Ok(()),
        200 => {}
        status => return Err(FetchError::Status { url: state.address.clone(), status }.into()),
    }
    let (etag, last_modified) = (header(response.headers(), ETAG), header(response.headers(), LAST_MODIFIED));
    let received = take_body(app, response, feed.format).await?;
    let turn = Arc::clone(&app.imports).lock_owned().await;
    let file_name = state.address.rsplit('/').next().map(str::to_owned);
    let applied = carry_out(app, &Actor::scheduler(), received, file_name, false).await;
    drop(turn);
    applied.map_err(SyncError::Import)?;
    // Only now: a document that could not be read must be fetched again.
    (state.etag, state.last_modified) = (etag, last_modified);
    state.changed_at = state.asked_at;
    Ok(())
}

/// The whole body, bounded by its format; how much came is shown meanwhile.
pub(super) async fn take_body(
    app: &Arc<AppState>,
    response: reqwest::Response,
    format: Format,
) -> Result<Received, SyncError> {
    let of = response.content_length();
    let progress = Arc::clone(app);
    let mut bytes = 0;
    let parts = response.bytes_stream().inspect(move |part| {
        bytes += part.as_ref().map_or(0, |part| part.len() as u64);
        progress.set_syncing(format, Some(Syncing { feed: format, bytes, of }));
    });
    receive(Body::from_stream(parts), Some(format), app.data.clone()).await.map_err(SyncError::Import)
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
