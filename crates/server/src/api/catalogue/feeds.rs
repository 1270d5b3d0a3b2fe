//! The feeds that the server fetches: how each stands, and asking one now.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use fettle_catalog::import::Format;
use fettle_store::catalogue::{FeedRound, FeedState};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::feeds::catalogue_feeds::{FEEDS, KnownFeed};
use crate::feeds::sync::{is_wanted, next_due};
use crate::state::AppState;

/// A feed that has said nothing for so long is called stale.
const STALE_AFTER: SignedDuration = SignedDuration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum FeedStatus {
    /// By the server's settings: it is imported by hand.
    Off,
    /// It is fetched once a machine of its kind has enrolled.
    NotNeeded,
    /// It was not asked yet.
    Waiting,
    Syncing,
    Good,
    /// Its last answer was no good; what it said before stays in force.
    Failing,
    /// Failing for a day.
    Stale,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeedRow {
    /// `kev`: the format of its files too.
    pub name: String,
    pub status: FeedStatus,
    /// `null`: it is not fetched.
    pub address: Option<String>,
    pub asked_at: Option<Timestamp>,
    /// When it answered last as it should.
    pub good_at: Option<Timestamp>,
    /// When it last said something new.
    pub changed_at: Option<Timestamp>,
    pub next_at: Option<Timestamp>,
    pub error: Option<String>,
    /// While it is fetched: bytes so far, and of how many where the sender says.
    pub bytes: Option<u64>,
    pub bytes_of: Option<u64>,
    /// Of a feed that comes in pages, while a round is not over: records that were read of what is read now.
    pub records: Option<u64>,
    /// Of how many, once a page said so.
    pub records_of: Option<u64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Feeds {
    pub items: Vec<FeedRow>,
}

#[utoipa::path(get, path = "/v1/catalogue/feeds", tag = "catalogue", responses((status = 200, body = Feeds)))]
pub async fn list(State(app): State<Arc<AppState>>) -> Result<Json<Feeds>, ApiError> {
    app.index_ready()?;
    let mut read = app.fleet.database.read().await?;
    let states = read.feed_states().all().await?;
    let round = read.feed_rounds().find(Format::Nvd.name()).await?;
    let row = |feed: &KnownFeed| {
        let state = states.iter().find(|state| state.name == feed.format.name());
        row(&app, feed, state, round.as_ref())
    };
    Ok(Json(Feeds { items: FEEDS.iter().map(row).collect() }))
}

fn row(app: &AppState, feed: &KnownFeed, state: Option<&FeedState>, round: Option<&FeedRound>) -> FeedRow {
    let address = app.feeds.address(feed);
    let syncing = app.syncing(feed.format);
    let is_open = |round: &&FeedRound| round.name == feed.format.name() && round.started_at.is_some();
    let round = round.filter(is_open).filter(|round| address.as_ref() == Some(&round.address));
    let now = app.fleet.clock.now();
    let status = match state {
        _ if syncing.is_some() => FeedStatus::Syncing,
        _ if address.is_none() => FeedStatus::Off,
        _ if !is_wanted(app, feed) => FeedStatus::NotNeeded,
        None => FeedStatus::Waiting,
        Some(state) if state.error.is_none() => FeedStatus::Good,
        Some(state) if state.good_at.is_some_and(|good| now.duration_since(good) < STALE_AFTER) => FeedStatus::Failing,
        Some(_) => FeedStatus::Stale,
    };
    let (records, records_of) = (round.map(|round| round.next_record), round.and_then(|round| round.total));
    let is_fetched = address.is_some() && status != FeedStatus::NotNeeded;
    FeedRow {
        name: feed.format.name().to_owned(),
        status,
        address,
        asked_at: state.and_then(|state| state.asked_at),
        good_at: state.and_then(|state| state.good_at),
        changed_at: state.and_then(|state| state.changed_at),
        next_at: state.filter(|_| is_fetched).and_then(|state| next_due(feed, state)),
        error: state.and_then(|state| state.error.clone()),
        bytes: syncing.as_ref().map(|syncing| syncing.bytes),
        bytes_of: syncing.and_then(|syncing| syncing.of),
        records,
        records_of,
    }
}

/// Within seconds; the list shows what came of it.
#[utoipa::path(post, path = "/v1/catalogue/feeds/{name}/sync", tag = "catalogue", params(("name" = String, Path)),
    responses((status = 202, body = FeedRow)))]
pub async fn sync(
    State(app): State<Arc<AppState>>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<FeedRow>), ApiError> {
    app.index_ready()?;
    let feed = FEEDS.iter().find(|feed| feed.format.name() == name).ok_or_else(|| ApiError::not_found("feed"))?;
    if app.feeds.address(feed).is_none() {
        let message = format!("the feed {name} is off in the server's settings; import its file instead");
        return Err(ApiError::new(StatusCode::CONFLICT, "FEED_OFF", message));
    }
    app.order_sync(feed.format);
    let mut read = app.fleet.database.read().await?;
    let (state, round) = (read.feed_states().find(&name).await?, read.feed_rounds().find(&name).await?);
    Ok((StatusCode::ACCEPTED, Json(row(&app, feed, state.as_ref(), round.as_ref()))))
}
