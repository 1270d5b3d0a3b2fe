//! Pinning assets in and out, and putting a tag on assets by hand.

use fettle_model::tag::{MAX_PINS, MAX_REASON, Pin};
use fettle_model::{AssetId, TagId};
use fettle_store::tags::{Tag, TagPin};
use serde_json::json;

use super::TagError;
use super::load::definition;
use super::save::object;
use crate::Fleet;
use crate::access::Actor;

/// Assets of one act, and of which their ids stand in the audit log.
const MOST: usize = 5_000;
const NAMED: usize = 50;

/// One act on some assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinChange {
    /// 1–5,000.
    pub assets: Vec<AssetId>,
    /// `None`: as the rule says; of a tag without a rule: taken off.
    pub pin: Option<Pin>,
    /// 0–200 characters.
    pub reason: String,
}

impl Fleet {
    /// Pins assets of a tag as it stands. Its members follow when the index is settled.
    pub async fn pin_assets(&self, actor: &Actor, id: TagId, change: PinChange) -> Result<Tag, TagError> {
        let _turn = self.tags_turn.lock().await;
        let mut read = self.database.read().await?;
        let mut tag = read.tags().find(id).await?.ok_or(TagError::NotFound("tag"))?;
        let before = read.tags().pins(id).await?;
        drop(read);
        let change = self.checked_pins(&tag, change)?;
        (tag.changed_by, tag.changed_at) = (actor.username.clone(), self.clock.now());
        let after = applied(&tag, before, &change);
        let side = |side| after.iter().filter(|pin| pin.pin == side).count();
        if tag.rule.is_some() && (side(Pin::In) > MAX_PINS || side(Pin::Out) > MAX_PINS) {
            return Err(TagError::TooMany { what: "pins on each side of a collection", limit: MAX_PINS });
        }
        let action = match (&tag.rule, change.pin) {
            (Some(_), _) => "tag.edit",
            (None, Some(_)) => "asset.tag",
            (None, None) => "asset.untag",
        };
        let named: Vec<_> = change.assets.iter().take(NAMED).collect();
        let details = json!({
            "pin": change.pin.map(Pin::name), "assets": change.assets.len(), "first": named, "reason": change.reason,
        });
        let record = self.audit(actor, action, object(&tag), details);
        let put: Vec<TagPin> = after.iter().filter(|pin| change.assets.contains(&pin.asset)).cloned().collect();
        let committed = self.database.write(async move |tx| {
            if !tx.tags().update(&mut tag).await? {
                return Err(TagError::Changed);
            }
            if change.pin.is_none() {
                for asset in &change.assets {
                    tx.tags().delete_pin(id, *asset).await?;
                }
            }
            for pin in &put {
                tx.tags().put_pin(pin).await?;
            }
            tx.audit().insert(&record).await?;
            Ok(tag)
        });
        let tag = committed.await?.value;
        self.index.put_tags([definition(&tag, &after)]);
        Ok(tag)
    }

    fn checked_pins(&self, tag: &Tag, mut change: PinChange) -> Result<PinChange, TagError> {
        change.assets.sort_unstable();
        change.assets.dedup();
        change.reason = change.reason.trim().to_owned();
        if !(1..=MOST).contains(&change.assets.len()) {
            return Err(TagError::field("assets", "name 1 to 5,000 assets"));
        }
        if change.reason.chars().count() > MAX_REASON {
            return Err(TagError::field("reason", "the reason of a pin has up to 200 characters"));
        }
        if tag.rule.is_none() && change.pin == Some(Pin::Out) {
            return Err(TagError::field("pin", "without a rule there is nobody to pin out"));
        }
        // What has left can still be unpinned.
        if change.pin.is_some() && !change.assets.iter().all(|asset| self.index.contains(*asset)) {
            return Err(TagError::NotFound("asset"));
        }
        Ok(change)
    }
}

fn applied(tag: &Tag, before: Vec<TagPin>, change: &PinChange) -> Vec<TagPin> {
    let is_changed = |asset: &AssetId| change.assets.binary_search(asset).is_ok();
    let mut after: Vec<TagPin> = before.into_iter().filter(|pin| !is_changed(&pin.asset)).collect();
    if let Some(pin) = change.pin {
        after.extend(change.assets.iter().map(|asset| TagPin {
            tag: tag.id,
            asset: *asset,
            pin,
            reason: change.reason.clone(),
            pinned_by: tag.changed_by.clone(),
            pinned_at: tag.changed_at,
        }));
    }
    after
}
