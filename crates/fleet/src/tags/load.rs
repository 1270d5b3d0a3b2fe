//! From the database into the index.

use std::collections::BTreeMap;

use fettle_index::tags::{TagDefinition, TagRule};
use fettle_model::TagId;
use fettle_model::tag::Pin;
use fettle_store::tags::{Tag, TagPin};
use fettle_store::{StoreError, Tx};

use crate::Fleet;

impl Fleet {
    /// All tags; their members are worked out at once.
    pub(crate) async fn load_tags(&self, read: &mut Tx) -> Result<(), StoreError> {
        let tags = read.tags().all().await?;
        let mut pins: BTreeMap<TagId, Vec<TagPin>> = BTreeMap::new();
        for pin in read.tags().all_pins().await? {
            pins.entry(pin.tag).or_default().push(pin);
        }
        self.index.put_tags(tags.iter().map(|tag| definition(tag, pins.get(&tag.id).map_or(&[], Vec::as_slice))));
        self.index.settle_tags();
        for tag in self.index.broken_tags() {
            let path = self.index.tag_path(tag).unwrap_or_default();
            tracing::warn!(%tag, path, "the rule of a collection makes no sense any more; it has those that are pinned in");
        }
        Ok(())
    }
}

/// As the index holds it.
pub(super) fn definition(tag: &Tag, pins: &[TagPin]) -> TagDefinition {
    let rule = tag.rule.clone().zip(tag.tz.clone());
    let side = |side| pins.iter().filter(|pin| pin.pin == side).map(|pin| pin.asset).collect();
    TagDefinition {
        id: tag.id,
        name: tag.name.clone(),
        parent: tag.parent,
        rule: rule.map(|(text, tz)| TagRule { text, tz }),
        pinned_in: side(Pin::In),
        pinned_out: side(Pin::Out),
    }
}
