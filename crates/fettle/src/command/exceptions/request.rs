//! `fettle exceptions request`.

use fettle_model::{Clock as _, SystemClock};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::api::exception::{ExceptionReach, ExceptionRow};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, say};
use crate::text::{thousands, time};

#[derive(Debug, clap::Args)]
pub(crate) struct Request {
    /// Id, source package or title; can be given several times
    #[arg(long = "patch", required_unless_present = "patch_query", value_name = "PATCH")]
    patches: Vec<String>,
    /// All patches that this finds, those of tomorrow too: QQL about patches
    #[arg(long, value_name = "QUERY", conflicts_with = "patches")]
    patch_query: Option<String>,
    /// Zone of the query's dates
    #[arg(long, value_name = "ZONE", requires = "patch_query")]
    tz: Option<String>,
    /// Name or id; can be given several times
    #[arg(long = "asset", required_unless_present = "tags", value_name = "NAME")]
    assets: Vec<String>,
    /// Whoever has this tag, tomorrow too: id, path or name; can be given several times
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Why they may wait; 10 to 2,000 characters
    #[arg(long, value_name = "TEXT", required_unless_present = "preview")]
    reason: Option<String>,
    /// How long; 1 to 365
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=365),
        required_unless_present = "preview")]
    days: Option<u16>,
    /// Approve it in the same step
    #[arg(long, conflicts_with = "preview")]
    approve: bool,
    /// Tell how much it would cover now, and ask for nothing
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Targets {
    patches: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch_query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tz: Option<String>,
    assets: Vec<String>,
    tags: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(flatten)]
    targets: Targets,
    reason: String,
    expires_at: Timestamp,
    approve: bool,
}

pub(crate) async fn run(client: &Client, request: Request) -> Result<Finding, Failure> {
    let targets = targets(client, &request).await?;
    let (false, Some(reason), Some(days)) = (request.preview, request.reason, request.days) else {
        return preview(client, &targets, &request.format).await;
    };
    let asked = Asked { targets, reason, expires_at: ends(SystemClock.now(), days), approve: request.approve };
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

async fn targets(client: &Client, request: &Request) -> Result<Targets, Failure> {
    let mut targets = Targets {
        patches: Vec::new(),
        patch_query: request.patch_query.clone(),
        tz: request.tz.clone(),
        assets: Vec::new(),
        tags: Vec::new(),
    };
    for patch in &request.patches {
        targets.patches.push(lookup::patch(client, patch).await?.id);
    }
    for asset in &request.assets {
        targets.assets.push(lookup::asset(client, asset).await?.id);
    }
    for tag in &request.tags {
        targets.tags.push(lookup::tag(client, tag).await?.id);
    }
    Ok(targets)
}

async fn preview(client: &Client, targets: &Targets, format: &Format) -> Result<Finding, Failure> {
    let answer = client.post::<ExceptionReach>("/v1/exceptions/preview", targets).await?;
    if format.json {
        print_json(&answer);
    } else {
        let ExceptionReach { patches, assets, missing_findings } = answer.value;
        let [patches, assets, missing] = [patches, assets, missing_findings].map(thousands);
        print(&format!("As of now: {patches} patches, {assets} assets; missing on them: {missing}"));
    }
    Ok(Finding::Nothing)
}

/// A minute is spare at either end, for clocks that differ from the server's.
fn ends(now: Timestamp, days: u16) -> Timestamp {
    let whole = now + SignedDuration::from_hours(24 * i64::from(days));
    let minute = SignedDuration::from_mins(1);
    if days == 365 { whole - minute } else { whole + minute }
}
