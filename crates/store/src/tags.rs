//! Tags and their pins. Who is a member by a rule is not stored: the index works it out.

use fettle_model::tag::Pin;
use fettle_model::{AssetId, TagId};
use jiff::Timestamp;

use crate::column::words;
use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

words!(Pin);

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Tag {
        pub id: TagId,
        /// Unique among those with the same parent.
        pub name: String,
        pub description: String,
        pub parent: Option<TagId>,
        /// QQL about assets.
        pub rule: Option<String>,
        /// IANA name of the zone in which the rule's dates are read.
        pub tz: Option<String>,
        /// Key of what the server made by itself.
        pub made_by: Option<String>,
        /// From 1, one more with each change, pins too.
        pub revision: u64,
        pub created_by: String,
        pub created_at: Timestamp,
        pub changed_by: String,
        pub changed_at: Timestamp,
    }
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct TagPin {
        pub tag: TagId,
        pub asset: AssetId,
        pub pin: Pin,
        pub reason: String,
        pub pinned_by: String,
        pub pinned_at: Timestamp,
    }
}

row! {
    /// How many assets are pinned to one side of a tag.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PinCount {
        pub tag: TagId,
        pub pin: Pin,
        pub count: u64,
    }
}

pub struct Tags<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Tags<'_> {
    pub async fn find(&mut self, id: TagId) -> Result<Option<Tag>, StoreError> {
        optional!(self.tx, Tag, "find a tag", "SELECT * FROM tag WHERE id = $1", id)
    }

    /// The oldest first.
    pub async fn all(&mut self) -> Result<Vec<Tag>, StoreError> {
        all!(self.tx, Tag, "list tags", "SELECT * FROM tag ORDER BY id")
    }

    pub async fn insert(&mut self, tag: &Tag) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a tag",
            "INSERT INTO tag (id, name, description, parent, rule, tz, made_by, revision, created_by, created_at,
                 changed_by, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            tag.id,
            tag.name,
            tag.description,
            tag.parent,
            tag.rule,
            tag.tz,
            tag.made_by,
            tag.revision,
            tag.created_by,
            tag.created_at,
            tag.changed_by,
            tag.changed_at,
        )
        .map(drop)
    }

    /// Saves all but id, origin and creation as the next revision; false when it is not of the tag's revision any more.
    pub async fn update(&mut self, tag: &mut Tag) -> Result<bool, StoreError> {
        let rows = execute!(
            self.tx,
            "update a tag",
            "UPDATE tag SET name = $3, description = $4, parent = $5, rule = $6, tz = $7, revision = revision + 1,
                 changed_by = $8, changed_at = $9
             WHERE id = $1 AND revision = $2",
            tag.id,
            tag.revision,
            tag.name,
            tag.description,
            tag.parent,
            tag.rule,
            tag.tz,
            tag.changed_by,
            tag.changed_at,
        )?;
        tag.revision += 1;
        Ok(rows > 0)
    }

    /// With its pins; false when it is not of this revision any more.
    pub async fn delete(&mut self, id: TagId, revision: u64) -> Result<bool, StoreError> {
        execute!(self.tx, "delete the pins of a tag", "DELETE FROM tag_pin WHERE tag = $1", id)?;
        let rows = execute!(self.tx, "delete a tag", "DELETE FROM tag WHERE id = $1 AND revision = $2", id, revision)?;
        Ok(rows > 0)
    }

    pub async fn pins(&mut self, tag: TagId) -> Result<Vec<TagPin>, StoreError> {
        all!(self.tx, TagPin, "list the pins of a tag", "SELECT * FROM tag_pin WHERE tag = $1 ORDER BY asset", tag)
    }

    pub async fn all_pins(&mut self) -> Result<Vec<TagPin>, StoreError> {
        all!(self.tx, TagPin, "list pins", "SELECT * FROM tag_pin ORDER BY tag, asset")
    }

    pub async fn pin_counts(&mut self) -> Result<Vec<PinCount>, StoreError> {
        all!(
            self.tx,
            PinCount,
            "count pins",
            "SELECT tag, pin, COUNT(*) AS count FROM tag_pin GROUP BY tag, pin ORDER BY tag, pin",
        )
    }

    /// In place of what was said of the asset before.
    pub async fn put_pin(&mut self, pin: &TagPin) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "pin an asset",
            "INSERT INTO tag_pin (tag, asset, pin, reason, pinned_by, pinned_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tag, asset) DO UPDATE SET pin = excluded.pin, reason = excluded.reason,
                 pinned_by = excluded.pinned_by, pinned_at = excluded.pinned_at",
            pin.tag,
            pin.asset,
            pin.pin,
            pin.reason,
            pin.pinned_by,
            pin.pinned_at,
        )
        .map(drop)
    }

    pub async fn delete_pin(&mut self, tag: TagId, asset: AssetId) -> Result<(), StoreError> {
        execute!(self.tx, "unpin an asset", "DELETE FROM tag_pin WHERE tag = $1 AND asset = $2", tag, asset).map(drop)
    }

    /// Of a retired asset nothing is pinned.
    pub async fn delete_pins_of(&mut self, asset: AssetId) -> Result<(), StoreError> {
        execute!(self.tx, "unpin a retired asset", "DELETE FROM tag_pin WHERE asset = $1", asset).map(drop)
    }
}
