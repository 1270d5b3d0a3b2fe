//! A tag as lists show it.

use fettle_index::query::AssetRow as IndexRow;
use fettle_model::tag::Pin;
use fettle_model::{AssetId, TagId};
use fettle_store::tags::{Tag, TagPin};
use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::error::ApiError;
use crate::state::AppState;

#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagRow {
    #[schema(value_type = Uuid)]
    pub id: TagId,
    pub name: String,
    /// Names from the root: `Rings/Ring 1`.
    pub path: String,
    /// Tags above it.
    pub depth: usize,
    pub description: String,
    #[schema(value_type = Option<Uuid>)]
    pub parent: Option<TagId>,
    /// QQL about assets; `null`: assets get it by hand.
    pub rule: Option<String>,
    /// Zone of the rule's dates.
    pub tz: Option<String>,
    pub member_count: u64,
    pub pinned_in_count: u64,
    pub pinned_out_count: u64,
    /// Its rule makes no sense any more: members stay who they were.
    pub is_broken: bool,
    /// The server made it by itself.
    pub is_ready_made: bool,
    /// Sent back with a change.
    pub revision: u64,
    pub created_by: String,
    pub created_at: Timestamp,
    pub changed_by: String,
    pub changed_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagDetails {
    #[serde(flatten)]
    pub row: TagRow,
    pub pinned_in: Vec<PinRow>,
    pub pinned_out: Vec<PinRow>,
    /// Tags whose rules name it.
    pub used_by: Vec<TagName>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PinRow {
    pub asset: MemberRow,
    pub reason: String,
    pub pinned_by: String,
    pub pinned_at: Timestamp,
}

/// An asset, as far as a member is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberRow {
    #[schema(value_type = Uuid)]
    pub id: AssetId,
    pub name: String,
    pub operating_system: String,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TagName {
    /// Names from the root.
    pub path: String,
    #[schema(value_type = Uuid)]
    pub id: TagId,
}

impl From<IndexRow> for MemberRow {
    fn from(row: IndexRow) -> Self {
        let columns = row.columns;
        Self { id: columns.id, name: columns.name, operating_system: columns.operating_system }
    }
}

impl AppState {
    /// All tags, each below its parent, siblings by name.
    pub(super) async fn tag_rows(&self) -> Result<Vec<TagRow>, ApiError> {
        let mut read = self.fleet.database.read().await?;
        let (tags, pins) = (read.tags().all().await?, read.tags().pin_counts().await?);
        drop(read);
        let pins: FxHashMap<(TagId, Pin), u64> = pins.into_iter().map(|row| ((row.tag, row.pin), row.count)).collect();
        let members = self.fleet.index.tag_counts();
        let broken: FxHashSet<TagId> = self.fleet.index.broken_tags().into_iter().collect();
        let row = |tag: Tag| {
            let pinned = |pin| pins.get(&(tag.id, pin)).copied().unwrap_or_default();
            let path = self.fleet.index.tag_path(tag.id).unwrap_or_else(|| tag.name.clone());
            TagRow {
                depth: path.matches('/').count(),
                path,
                member_count: members.get(&tag.id).copied().unwrap_or_default(),
                pinned_in_count: pinned(Pin::In),
                pinned_out_count: pinned(Pin::Out),
                is_broken: broken.contains(&tag.id),
                is_ready_made: tag.made_by.is_some(),
                id: tag.id,
                name: tag.name,
                description: tag.description,
                parent: tag.parent,
                rule: tag.rule,
                tz: tag.tz,
                revision: tag.revision,
                created_by: tag.created_by,
                created_at: tag.created_at,
                changed_by: tag.changed_by,
                changed_at: tag.changed_at,
            }
        };
        let mut rows: Vec<TagRow> = tags.into_iter().map(row).collect();
        rows.sort_by_cached_key(|row| row.path.split('/').map(str::to_lowercase).collect::<Vec<_>>());
        Ok(rows)
    }

    pub(super) async fn tag_details(&self, id: TagId) -> Result<TagDetails, ApiError> {
        let rows = self.tag_rows().await?;
        let row = rows.into_iter().find(|row| row.id == id).ok_or_else(|| ApiError::not_found("tag"))?;
        let pins = self.fleet.database.read().await?.tags().pins(id).await?;
        let side = |side: Pin| -> Vec<PinRow> {
            let pins = pins.iter().filter(|pin| pin.pin == side);
            let mut rows: Vec<PinRow> = pins.filter_map(|pin| self.pin_row(pin)).collect();
            rows.sort_by(|left, right| left.asset.name.cmp(&right.asset.name));
            rows
        };
        let used_by = self.tag_names(self.fleet.index.tags_that_name(id));
        Ok(TagDetails { pinned_in: side(Pin::In), pinned_out: side(Pin::Out), row, used_by })
    }

    /// None of an asset that has left.
    fn pin_row(&self, pin: &TagPin) -> Option<PinRow> {
        Some(PinRow {
            asset: self.fleet.index.asset(pin.asset)?.into(),
            reason: pin.reason.clone(),
            pinned_by: pin.pinned_by.clone(),
            pinned_at: pin.pinned_at,
        })
    }

    /// By path.
    pub(crate) fn tag_names(&self, tags: Vec<TagId>) -> Vec<TagName> {
        let name = |id: TagId| Some(TagName { path: self.fleet.index.tag_path(id)?, id });
        let mut names: Vec<TagName> = tags.into_iter().filter_map(name).collect();
        names.sort();
        names
    }
}
