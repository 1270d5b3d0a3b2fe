//! `fettle exceptions request`.

use fettle_model::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::api::exception::ExceptionRow;
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, say};
use crate::text::time;

#[derive(Debug, clap::Args)]
pub(crate) struct Request {
    /// Id, source package or title; can be given several times
    #[arg(long = "patch", required = true, value_name = "PATCH")]
    patches: Vec<String>,
    /// Name or id; can be given several times
    #[arg(long = "asset", required = true, value_name = "NAME")]
    assets: Vec<String>,
    /// Why they may wait; 10 to 2,000 characters
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// How long; 1 to 365
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=365))]
    days: u16,
    /// Approve it in the same step
    #[arg(long)]
    approve: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    patches: Vec<String>,
    assets: Vec<String>,
    reason: String,
    expires_at: Timestamp,
    approve: bool,
}

pub(crate) async fn run(client: &Client, request: Request) -> Result<Finding, Failure> {
    let mut asked = Asked {
        patches: Vec::new(),
        assets: Vec::new(),
        reason: request.reason,
        expires_at: ends(SystemClock.now(), request.days),
        approve: request.approve,
    };
    for patch in &request.patches {
        asked.patches.push(lookup::patch(client, patch).await?.id);
    }
    for asset in &request.assets {
        asked.assets.push(lookup::asset(client, asset).await?.id);
    }
    let answer = client.post::<ExceptionRow>("/v1/exceptions", &asked).await?;
    if request.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let row = &answer.value;
    print(&format!("{} {}, until {}", row.id, row.state, time(row.expires_at)));
    if row.state == "Requested" {
        say(&format!("It takes effect once it is approved: fettle exceptions approve {}", row.id));
    }
    Ok(Finding::Nothing)
}

/// A minute is spare at either end, for clocks that differ from the server's.
fn ends(now: Timestamp, days: u16) -> Timestamp {
    let whole = now + SignedDuration::from_hours(24 * i64::from(days));
    let minute = SignedDuration::from_mins(1);
    if days == 365 { whole - minute } else { whole + minute }
}
