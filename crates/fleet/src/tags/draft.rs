//! A tag as somebody wants it, before it is saved: checked, and who would be a member.

use std::time::Instant;

use fettle_index::ask::Deadline;
use fettle_index::tags::{CheckedRule, MemberChanges, RuleQuestion, TagDefinition, TagRule, read_rule};
use fettle_model::tag::{MAX_DESCRIPTION, MAX_NAME, MAX_PINS, MAX_REASON};
use fettle_model::{AssetId, TagId};
use jiff::tz::TimeZone;
use rustc_hash::FxHashSet;

use super::{LONGEST_RULE, TagError};
use crate::Fleet;

/// One pin, with its reason of 0–200 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinDraft {
    pub asset: AssetId,
    pub reason: String,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagDraft {
    /// 1–100 characters, without `/`; unique among siblings.
    pub name: String,
    /// 0–1,000 characters.
    pub description: String,
    pub parent: Option<TagId>,
    /// 1–4,096 characters of QQL about assets; `None`: members are pinned in by hand.
    pub rule: Option<String>,
    /// IANA name of the zone of the rule's dates; UTC.
    pub tz: Option<String>,
    pub pinned_in: Vec<PinDraft>,
    pub pinned_out: Vec<PinDraft>,
}

/// A draft that may be saved, and what it would do.
#[derive(Debug, Clone)]
pub struct JudgedTag {
    pub(super) draft: TagDraft,
    pub changes: MemberChanges,
    /// What is allowed in the rule, and most often not meant.
    pub warnings: Vec<fettle_qql::warning::Warning>,
}

impl Fleet {
    /// Checks a draft of a tag that is there (`tag`) or new, and works out who would be a member. `limit`: rows of each
    /// kind. May take as long as a rule may.
    pub fn judge_tag(&self, tag: Option<TagId>, draft: TagDraft, limit: usize) -> Result<JudgedTag, TagError> {
        let mut draft = cleaned(draft);
        check_texts(&draft)?;
        let rule = self.checked_rule(&mut draft)?;
        check_pins(&draft)?;
        let is_known = |pin: &PinDraft| self.index.contains(pin.asset);
        if !draft.pinned_in.iter().chain(&draft.pinned_out).all(is_known) {
            return Err(TagError::NotFound("asset"));
        }
        // A new one has no number yet that another tag could know it by.
        let id = tag.unwrap_or(TagId(uuid::Uuid::nil()));
        self.index.check_tag(&draft.definition(id))?;
        let (pinned_in, pinned_out) = (assets(&draft.pinned_in), assets(&draft.pinned_out));
        let question = RuleQuestion {
            tag,
            rule: rule.as_ref(),
            pinned_in: &pinned_in,
            pinned_out: &pinned_out,
            limit,
            deadline: Deadline(Some(Instant::now() + LONGEST_RULE)),
        };
        let changes = self.index.preview_tag(&question)?;
        let warnings = rule.map(|rule| rule.query().warnings.clone()).unwrap_or_default();
        Ok(JudgedTag { draft, changes, warnings })
    }

    fn checked_rule(&self, draft: &mut TagDraft) -> Result<Option<CheckedRule>, TagError> {
        let Some(text) = &draft.rule else {
            draft.tz = None;
            return Ok(None);
        };
        if text.is_empty() {
            return Err(TagError::field("rule", "a rule has 1 to 4,096 characters; without one leave it out"));
        }
        let tz = draft.tz.clone().filter(|tz| !tz.is_empty()).unwrap_or_else(|| "UTC".to_owned());
        let zone =
            TimeZone::get(&tz).map_err(|_| TagError::field("tz", "a zone is an IANA name such as `Europe/Oslo`"))?;
        let rule = read_rule(text, &zone, self.index.as_of())?;
        draft.tz = Some(tz);
        Ok(Some(rule))
    }
}

impl TagDraft {
    /// As the index holds it.
    pub(super) fn definition(&self, id: TagId) -> TagDefinition {
        let rule = self.rule.clone().zip(self.tz.clone());
        TagDefinition {
            id,
            name: self.name.clone(),
            parent: self.parent,
            rule: rule.map(|(text, tz)| TagRule { text, tz }),
            pinned_in: self.pinned_in.iter().map(|pin| pin.asset).collect(),
            pinned_out: self.pinned_out.iter().map(|pin| pin.asset).collect(),
        }
    }
}

fn cleaned(mut draft: TagDraft) -> TagDraft {
    for text in [&mut draft.name, &mut draft.description].into_iter().chain(&mut draft.rule) {
        *text = text.trim().to_owned();
    }
    draft
}

fn check_texts(draft: &TagDraft) -> Result<(), TagError> {
    if !(1..=MAX_NAME).contains(&draft.name.chars().count()) {
        return Err(TagError::field("name", "a name has 1 to 100 characters"));
    }
    // A path has to name one tag.
    if draft.name.contains('/') || draft.name.chars().any(char::is_control) {
        return Err(TagError::field("name", "a name has no `/` and no line breaks: paths are made of names"));
    }
    if draft.description.chars().count() > MAX_DESCRIPTION {
        return Err(TagError::field("description", "a description has up to 1,000 characters"));
    }
    Ok(())
}

fn check_pins(draft: &TagDraft) -> Result<(), TagError> {
    let (pinned_in, pinned_out) = (assets(&draft.pinned_in), assets(&draft.pinned_out));
    let both = pinned_in.intersection(&pinned_out).count();
    if both > 0 {
        return Err(TagError::PinConflict(both));
    }
    if draft.rule.is_none() && !pinned_out.is_empty() {
        return Err(TagError::field("pinnedOut", "without a rule there is nobody to pin out"));
    }
    if draft.rule.is_some() && pinned_in.len() > MAX_PINS {
        return Err(TagError::field("pinnedIn", "up to 5,000 assets are pinned in"));
    }
    if pinned_out.len() > MAX_PINS {
        return Err(TagError::field("pinnedOut", "up to 5,000 assets are pinned out"));
    }
    let mut pins = draft.pinned_in.iter().chain(&draft.pinned_out);
    if pins.any(|pin| pin.reason.chars().count() > MAX_REASON) {
        return Err(TagError::field("reason", "the reason of a pin has up to 200 characters"));
    }
    Ok(())
}

fn assets(pins: &[PinDraft]) -> FxHashSet<AssetId> {
    pins.iter().map(|pin| pin.asset).collect()
}
