//! Which patches a job is about.

use crate::api::asset::AssetPatchRow;
use crate::api::{Client, Named, lookup};
use crate::failure::Failure;

/// Chosen patches, or what the assets lack when the job is made.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub(super) struct Selection {
    /// Id, source package or title of a patch; can be given several times
    #[arg(long = "patch", value_name = "PATCH")]
    patches: Vec<String>,
    /// Every patch that one of the assets lacks
    #[arg(long, conflicts_with_all = ["patches", "uninstall"])]
    all_missing: bool,
    /// Every security patch that one of the assets lacks
    #[arg(long, conflicts_with_all = ["patches", "uninstall", "all_missing"])]
    security: bool,
}

impl Selection {
    /// Ids, each once, in the order in which they were found.
    pub(super) async fn patches(&self, client: &Client, assets: &[Named]) -> Result<Vec<String>, Failure> {
        let mut ids = Vec::new();
        if self.all_missing || self.security {
            for asset in assets {
                ids.extend(self.missing_on(client, asset).await?);
            }
        } else {
            for wanted in &self.patches {
                ids.push(lookup::patch(client, wanted).await?.id);
            }
        }
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        if ids.is_empty() {
            let kind = if self.security { "security patch" } else { "patch" };
            return Err(Failure::Argument(format!("none of the assets lacks a {kind}: there is nothing to do")));
        }
        Ok(ids)
    }

    /// Only the latest of each: a job for an older one would be done by the later one anyway.
    async fn missing_on(&self, client: &Client, asset: &Named) -> Result<Vec<String>, Failure> {
        let path = format!("/v1/assets/{}/patches", asset.id);
        let mut query = vec![("status", "Missing")];
        if self.security {
            query.push(("security", "yes"));
        }
        let rows: Vec<AssetPatchRow> = client.all(&path, &query).await?;
        Ok(rows.into_iter().filter(|row| row.is_latest).map(|row| row.patch.id).collect())
    }
}
