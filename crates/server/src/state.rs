//! What every handler has at hand.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use fettle_catalog::import::Format;
use fettle_fleet::Fleet;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::agent_channel::Limits;
use crate::api::turns::Turns;
use crate::feeds::catalogue_feeds::FeedSettings;
use crate::feeds::sync::Syncing;

const POISONED: &str = "no holder of a feed's lock panics";

#[derive(Debug)]
pub struct AppState {
    pub fleet: Arc<Fleet>,
    /// `https://host:port/agent/`, as install lines name it.
    pub agent_url: String,
    pub agent_port: u16,
    /// The console is served over TLS, so its cookie is `Secure`.
    pub secure: bool,
    pub limits: Limits,
    /// The data directory: files that are uploaded pass through it.
    pub data: PathBuf,
    /// One import of a vendor's file at a time.
    pub imports: Arc<tokio::sync::Mutex<()>>,
    pub(crate) feeds: FeedSettings,
    /// The feeds that are fetched now.
    pub(crate) syncing: Mutex<Vec<Syncing>>,
    /// Feeds that somebody wants asked now, due or not.
    pub(crate) ordered: Mutex<Vec<Format>>,
    pub(crate) sync_wanted: Notify,
    /// As `sync_wanted`, of the feed that comes in pages.
    pub(crate) pages_wanted: Notify,
    /// Queries wait for them.
    pub turns: Arc<Turns>,
    /// What is at work; shutdown waits for it.
    pub tasks: TaskTracker,
    /// Cancelled when the server begins to stop: held check-ins end.
    pub stopping: CancellationToken,
}

impl AppState {
    pub(crate) fn syncing(&self, feed: Format) -> Option<Syncing> {
        self.syncing.lock().expect(POISONED).iter().find(|syncing| syncing.feed == feed).cloned()
    }

    pub(crate) fn set_syncing(&self, feed: Format, syncing: Option<Syncing>) {
        let mut all = self.syncing.lock().expect(POISONED);
        all.retain(|other| other.feed != feed);
        all.extend(syncing);
    }

    /// Asks a feed within seconds.
    pub(crate) fn order_sync(&self, feed: Format) {
        let mut ordered = self.ordered.lock().expect(POISONED);
        if !ordered.contains(&feed) {
            ordered.push(feed);
        }
        drop(ordered);
        let wanted = if feed == Format::Nvd { &self.pages_wanted } else { &self.sync_wanted };
        wanted.notify_one();
    }

    /// True once for each order.
    pub(crate) fn take_ordered(&self, feed: Format) -> bool {
        let mut ordered = self.ordered.lock().expect(POISONED);
        let place = ordered.iter().position(|one| *one == feed);
        place.map(|place| ordered.remove(place)).is_some()
    }
}
