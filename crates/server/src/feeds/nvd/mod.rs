//! The NVD (`catalogue.md` 2 and 5.13), page by page: everything once, then what changed. Each page is applied as it
//! comes and the place is kept after it, so that a server that stops goes on there; a page that comes twice changes
//! nothing. What is known moves on only when all pages of a round were applied.

mod access;
mod ask;
mod round;

use std::sync::Arc;

use fettle_catalog::import::Format;
use fettle_catalog::vulnerability::nvd::Page;
use fettle_fleet::access::Actor;
use fettle_fleet::catalogue::import::Records;
use fettle_store::StoreError;
use fettle_store::catalogue::{FeedRound, FeedState};
use tokio_util::sync::CancellationToken;

use self::ask::Asker;
use self::round::Step;
use super::catalogue_feeds::{FEEDS, KnownFeed};
use super::sync::{LOOK, SyncError, finish, take_body, take_due};
use crate::imports::apply::{keep, note, read};
use crate::imports::receive::Received;
use crate::state::AppState;

pub(crate) use self::access::Access;
pub use self::access::BadKey;
pub use self::ask::Pace;

/// Times that a window is started again before the round waits until the feed is due.
const MOST_REPEATS: usize = 3;

/// Beside the other feeds: the first round takes a quarter of an hour by the vendor's pace alone, and they need not wait.
pub(crate) async fn run(app: Arc<AppState>, stop: CancellationToken) {
    let mut asker = match Asker::new(&app.feeds.nvd) {
        Ok(asker) => asker,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the NVD cannot be asked");
            return;
        }
    };
    let Some(feed) = FEEDS.iter().find(|feed| feed.format == Format::Nvd) else { return };
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = app.pages_wanted.notified() => {}
            () = stop.cancelled() => return,
        }
        if !app.fleet.loading.is_ready() {
            continue;
        }
        let synced = tokio::select! {
            synced = sync_if_due(&app, &mut asker, feed) => synced,
            () = stop.cancelled() => return,
        };
        if let Err(error) = synced {
            tracing::error!(error = &error as &dyn std::error::Error, "the state of a feed could not be kept");
        }
    }
}

async fn sync_if_due(app: &Arc<AppState>, asker: &mut Asker, feed: &KnownFeed) -> Result<(), StoreError> {
    let known = app.fleet.database.read().await?.feed_rounds().find(feed.format.name()).await?;
    let is_open = known.as_ref().is_some_and(|round| round.started_at.is_some());
    let Some(mut state) = take_due(app, feed, is_open).await? else { return Ok(()) };
    let known = known.filter(|round| round.address == state.address);
    let round = known.unwrap_or_else(|| FeedRound::new(feed.format.name(), &state.address));
    let outcome = read_round(app, asker, round, &mut state).await;
    finish(app, feed, state, outcome).await
}

/// Goes on with the round, or begins one, and reads it to its end.
async fn read_round(
    app: &Arc<AppState>,
    asker: &mut Asker,
    mut round: FeedRound,
    state: &mut FeedState,
) -> Result<(), SyncError> {
    if round.started_at.is_none() {
        round::begin(&mut round, app.fleet.clock.now());
    }
    let mut repeats = 0;
    loop {
        let url = round::page_address(&round)?;
        let response = asker.ask(url).await?;
        let received = take_body(app, response, Format::Nvd).await?;
        let (records, total) = apply_page(app, received, &round, state).await?;
        let step = round::advance(&mut round, records, total);
        let kept = round.clone();
        let write = app.fleet.database.write(async move |tx| tx.feed_rounds().put(&kept).await);
        write.await.map_err(StoreError::from)?;
        match step {
            Step::Next => {}
            Step::Again if repeats < MOST_REPEATS => repeats += 1,
            Step::Again => return Err(SyncError::Moving),
            Step::Over => return Ok(()),
        }
    }
}

/// Gives the records of the page, and of all pages. One that is not as asked for changes nothing.
async fn apply_page(
    app: &AppState,
    received: Received,
    round: &FeedRound,
    state: &mut FeedState,
) -> Result<(u64, u64), SyncError> {
    let _turn = app.imports.lock().await;
    let mut file = read(received).await.map_err(SyncError::Import)?;
    let page = match &file.records {
        Some(Records::Nvd(page, _)) => *page,
        _ => Page::default(),
    };
    let total = round::check(round, page).map_err(SyncError::Page)?;
    if let Some(records) = file.records.take().filter(|_| page.records > 0) {
        let changes = keep(app, &file, records).await.map_err(SyncError::Import)?;
        // Rounds overlap: a page that says nothing new is no document of its own.
        if changes.added + changes.changed > 0 {
            let end = page.start + page.records;
            let name = format!("records {} to {end} of {total}", page.start + 1);
            note(app, &Actor::scheduler(), &file, Some(name), changes).await.map_err(SyncError::Import)?;
            state.changed_at = state.asked_at;
        }
    }
    Ok((page.records, total))
}
