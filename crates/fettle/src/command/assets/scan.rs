//! `fettle assets scan`.

use crate::api::asset::RequestedScan;
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Scan {
    /// Names or ids
    #[arg(required = true, value_name = "ASSET")]
    assets: Vec<String>,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, scan: Scan) -> Result<Finding, Failure> {
    // All names are looked up before the first scan is asked for: a typing error in the last starts nothing.
    let mut assets = Vec::with_capacity(scan.assets.len());
    for wanted in &scan.assets {
        assets.push(lookup::asset(client, wanted).await?);
    }
    for asset in assets {
        let path = format!("/v1/assets/{}/scan", asset.id);
        let answer = client.post::<RequestedScan>(&path, &serde_json::json!({})).await?;
        if scan.format.json {
            print_json(&answer);
        } else {
            print(&format!("{}: scan {} is queued", asset.name, answer.value.scan_id));
        }
    }
    Ok(Finding::Nothing)
}
