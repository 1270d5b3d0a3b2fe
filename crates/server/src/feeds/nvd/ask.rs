//! Requests to the NVD, as seldom as it wants them: five in 30 s, fifty with a key.

use std::time::Duration;

use reqwest::Response;
use reqwest::header::{HeaderValue, RETRY_AFTER};
use secrecy::ExposeSecret as _;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use super::Access;
use crate::feeds::fetch::{FetchError, client};

/// Longest wait that an answer can ask for.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// How fast requests follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Least time between the starts of two requests; more than none.
    pub between: Duration,
    /// Wait after the first refusal for asking too fast; each further one doubles it.
    pub back_off: Duration,
    /// Requests for one page before the round stops until the feed is due again.
    pub tries: u32,
}

impl Pace {
    /// One request in 6 s, or in 0.6 s with a key (`catalogue.md` 2); refusals end with the vendor's window of 30 s.
    pub(super) const fn usual(has_key: bool) -> Self {
        let between = if has_key { Duration::from_millis(600) } else { Duration::from_secs(6) };
        Self { between, back_off: Duration::from_secs(30), tries: 5 }
    }
}

pub(super) struct Asker {
    client: reqwest::Client,
    /// Never shown: the header is marked as sensitive.
    key: Option<HeaderValue>,
    pace: Pace,
    turns: Interval,
}

impl Asker {
    /// Follows no redirect, so that the key goes to the one host that the settings name.
    pub(super) fn new(access: &Access) -> Result<Self, FetchError> {
        let pace = access.pace.unwrap_or_else(|| Pace::usual(access.key.is_some()));
        // `Access` takes no other key than one of printable ASCII.
        let key = access.key.as_ref().and_then(|key| HeaderValue::from_str(key.expose_secret()).ok()).map(|mut key| {
            key.set_sensitive(true);
            key
        });
        let mut turns = interval(pace.between);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { client: client()?, key, pace, turns })
    }

    /// In its turn, and again after a wait where it comes too early.
    pub(super) async fn ask(&mut self, url: reqwest::Url) -> Result<Response, FetchError> {
        let mut wait = self.pace.back_off;
        let mut tries = 1;
        loop {
            self.turns.tick().await;
            let mut request = self.client.get(url.clone());
            if let Some(key) = &self.key {
                request = request.header("apiKey", key);
            }
            let response = request.send().await;
            let response = response.map_err(|source| FetchError::Unreachable { url: url.to_string(), source })?;
            match response.status().as_u16() {
                200 => return Ok(response),
                status @ (403 | 429 | 503) if tries < self.pace.tries => {
                    let pause = retry_after(&response).map_or(wait, |asked| asked.clamp(wait, LONGEST_WAIT.max(wait)));
                    tracing::info!(feed = "nvd", status, seconds = pause.as_secs(), "the NVD wants to be asked later");
                    sleep(pause).await;
                    (tries, wait) = (tries + 1, wait * 2);
                }
                status => return Err(FetchError::Status { url: url.into(), status }),
            }
        }
    }
}

fn retry_after(response: &Response) -> Option<Duration> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
