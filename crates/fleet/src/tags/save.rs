//! Saving a tag, new or changed.

use fettle_model::TagId;
use fettle_model::tag::{MAX_RULES, MAX_TAGS, Pin};
use fettle_store::tags::{Tag, TagPin};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde_json::json;

use super::TagError;
use super::draft::{JudgedTag, TagDraft};
use crate::Fleet;
use crate::access::Actor;

/// A change of so many members at least, and of more than a fifth of them, needs its number said.
const BIG: u64 = 50;

impl JudgedTag {
    /// As a change of a tag that is there it has to be confirmed.
    pub const fn is_big(&self) -> bool {
        let moves = self.changes.joining + self.changes.leaving;
        moves >= BIG && moves * 5 > self.changes.before
    }
}

impl Fleet {
    /// A new tag. Its members follow when the index is settled.
    pub async fn create_tag(&self, actor: &Actor, judged: JudgedTag) -> Result<Tag, TagError> {
        let _turn = self.tags_turn.lock().await;
        let now = self.clock.now();
        let draft = judged.draft;
        let tag = Tag {
            id: TagId::new(now, self.entropy.as_ref()),
            name: draft.name.clone(),
            description: draft.description.clone(),
            parent: draft.parent,
            rule: draft.rule.clone(),
            tz: draft.tz.clone(),
            made_by: None,
            revision: 1,
            created_by: actor.username.clone(),
            created_at: now,
            changed_by: actor.username.clone(),
            changed_at: now,
        };
        self.check_place(&tag, &draft).await?;
        let pins = pins(&draft, &tag, &FxHashMap::default());
        let record = self.audit(actor, "tag.create", object(&tag), json!(described(&tag, pins.len())));
        let inserted = tag.clone();
        self.database
            .write(async move |tx| {
                tx.tags().insert(&inserted).await?;
                for pin in &pins {
                    tx.tags().put_pin(pin).await?;
                }
                tx.audit().insert(&record).await?;
                Ok::<_, TagError>(())
            })
            .await?;
        self.index.put_tags([draft.definition(tag.id)]);
        Ok(tag)
    }

    /// In place of revision `revision` of the tag. Where many members would change, `confirm` is how many.
    pub async fn edit_tag(
        &self,
        actor: &Actor,
        (id, revision): (TagId, u64),
        judged: JudgedTag,
        confirm: Option<u64>,
    ) -> Result<Tag, TagError> {
        let moves = judged.changes.joining + judged.changes.leaving;
        if judged.is_big() && confirm != Some(moves) {
            return Err(TagError::BigChange(Box::new(judged.changes)));
        }
        let _turn = self.tags_turn.lock().await;
        let draft = judged.draft;
        let mut read = self.database.read().await?;
        let before = read.tags().find(id).await?.ok_or(TagError::NotFound("tag"))?;
        let pins_before = read.tags().pins(id).await?;
        drop(read);
        if before.revision != revision {
            return Err(TagError::Changed);
        }
        let mut tag = Tag {
            name: draft.name.clone(),
            description: draft.description.clone(),
            parent: draft.parent,
            rule: draft.rule.clone(),
            tz: draft.tz.clone(),
            changed_by: actor.username.clone(),
            changed_at: self.clock.now(),
            ..before.clone()
        };
        self.check_place(&tag, &draft).await?;
        let known: FxHashMap<_, _> = pins_before.into_iter().map(|pin| (pin.asset, pin)).collect();
        let pins = pins(&draft, &tag, &known);
        let details = json!({
            "old": described(&before, known.len()), "new": described(&tag, pins.len()),
            "joining": judged.changes.joining, "leaving": judged.changes.leaving,
        });
        let record = self.audit(actor, "tag.edit", object(&tag), details);
        let committed = self.database.write(async move |tx| {
            if !tx.tags().update(&mut tag).await? {
                return Err(TagError::Changed);
            }
            let kept: rustc_hash::FxHashSet<_> = pins.iter().map(|pin| pin.asset).collect();
            for asset in known.keys().filter(|asset| !kept.contains(asset)) {
                tx.tags().delete_pin(id, *asset).await?;
            }
            for pin in pins.iter().filter(|pin| known.get(&pin.asset) != Some(pin)) {
                tx.tags().put_pin(pin).await?;
            }
            tx.audit().insert(&record).await?;
            Ok(tag)
        });
        let tag = committed.await?.value;
        self.index.put_tags([draft.definition(id)]);
        Ok(tag)
    }

    /// Names are unique among siblings whatever their case, and there are only so many tags. While nobody else changes
    /// tags.
    async fn check_place(&self, tag: &Tag, draft: &TagDraft) -> Result<(), TagError> {
        let all = self.database.read().await?.tags().all().await?;
        let others = || all.iter().filter(|other| other.id != tag.id);
        let name = tag.name.to_lowercase();
        if others().any(|other| other.parent == tag.parent && other.name.to_lowercase() == name) {
            return Err(TagError::NameTaken);
        }
        if others().count() >= MAX_TAGS {
            return Err(TagError::TooMany { what: "tags", limit: MAX_TAGS });
        }
        if tag.rule.is_some() && others().filter(|other| other.rule.is_some()).count() >= MAX_RULES {
            return Err(TagError::TooMany { what: "tags with rules", limit: MAX_RULES });
        }
        Ok(self.index.check_tag(&draft.definition(tag.id))?)
    }
}

pub(super) fn object(tag: &Tag) -> (&'static str, Option<String>, Option<String>) {
    ("tag", Some(tag.id.to_string()), Some(tag.name.clone()))
}

fn described(tag: &Tag, pins: usize) -> serde_json::Value {
    json!({
        "name": tag.name, "description": tag.description, "parent": tag.parent, "rule": tag.rule, "tz": tag.tz,
        "pins": pins,
    })
}

/// Pins that stay as they were keep who pinned them, and when.
fn pins(draft: &TagDraft, tag: &Tag, known: &FxHashMap<fettle_model::AssetId, TagPin>) -> Vec<TagPin> {
    let at: Timestamp = tag.changed_at;
    let sides = [(Pin::In, &draft.pinned_in), (Pin::Out, &draft.pinned_out)];
    let mut pins: FxHashMap<fettle_model::AssetId, TagPin> = FxHashMap::default();
    for (side, drafts) in sides {
        for pin in drafts {
            let made = TagPin {
                tag: tag.id,
                asset: pin.asset,
                pin: side,
                reason: pin.reason.trim().to_owned(),
                pinned_by: tag.changed_by.clone(),
                pinned_at: at,
            };
            let kept = known.get(&pin.asset).filter(|known| known.pin == side && known.reason == made.reason);
            pins.insert(pin.asset, kept.cloned().unwrap_or(made));
        }
    }
    pins.into_values().collect()
}
