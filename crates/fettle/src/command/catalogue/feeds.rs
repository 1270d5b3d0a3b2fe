//! `fettle catalogue feeds` and `sync`.

use crate::api::catalogue::Feed;
use crate::api::{Client, Items};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, print_table, say, table};
use crate::text::{bytes, optional_time, thousands};

#[derive(Debug, clap::Args)]
pub(crate) struct Feeds {
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Sync {
    /// Name of the feed, such as kev
    feed: String,
    #[command(flatten)]
    format: Format,
}

pub(super) async fn list(client: &Client, feeds: Feeds) -> Result<Finding, Failure> {
    let answer = client.get::<Items<Feed>>("/v1/catalogue/feeds", &[]).await?;
    if feeds.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["FEED", "STATUS", "ASKED", "GOOD", "CHANGED", "NEXT", "ADDRESS"]);
    for feed in &answer.value.items {
        rows.add_row([
            feed.name.clone(),
            status(feed),
            optional_time(feed.asked_at),
            optional_time(feed.good_at),
            optional_time(feed.changed_at),
            optional_time(feed.next_at),
            feed.address.clone().unwrap_or_default(),
        ]);
    }
    print_table(&rows);
    for feed in &answer.value.items {
        if let Some(error) = &feed.error {
            print(&format!("! {}: {error}", feed.name));
        }
    }
    Ok(Finding::Nothing)
}

/// With how far it has come.
fn status(feed: &Feed) -> String {
    match (feed.records, feed.records_of, feed.bytes) {
        (Some(done), Some(of), _) => format!("{}, {} of {} records", feed.status, thousands(done), thousands(of)),
        (_, _, Some(done)) => format!("{}, {}", feed.status, bytes(done)),
        _ => feed.status.clone(),
    }
}

pub(super) async fn sync(client: &Client, sync: Sync) -> Result<Finding, Failure> {
    let path = format!("/v1/catalogue/feeds/{}/sync", sync.feed);
    let answer = client.post::<Feed>(&path, &serde_json::json!({})).await?;
    if sync.format.json {
        print_json(&answer);
    } else {
        say(&format!("{} is asked within seconds: fettle catalogue feeds", answer.value.name));
    }
    Ok(Finding::Nothing)
}
