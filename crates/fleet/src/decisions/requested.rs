//! An exception as somebody asks for it: checked, and how much it would cover.

use std::collections::BTreeSet;
use std::time::Instant;

use fettle_index::ask::{AskError, Deadline};
use fettle_index::{ExceptedPatches, Exception, ExceptionReach, PatchRule, read_patch_rule};
use fettle_model::{AssetId, PatchId, TagId};
use fettle_qql::Query;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::DecisionError;
use crate::Fleet;
use crate::tags::LONGEST_RULE;

const MOST_PATCHES: usize = 500;
const MOST_ASSETS: usize = 5_000;
const MOST_TAGS: usize = 100;
const REASON: std::ops::RangeInclusive<usize> = 10..=2_000;
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 365);
const SHORTEST: SignedDuration = SignedDuration::from_hours(24);

/// What is asked for.
#[derive(Debug, Clone)]
pub struct NewException {
    /// 1–500, or none and a query.
    pub patches: Vec<PatchId>,
    /// QQL about patches that says nothing of assets, in 1–4,096 characters: it covers what it finds, patches of tomorrow
    /// too.
    pub patch_query: Option<String>,
    /// IANA name of the zone of the query's dates; UTC.
    pub tz: Option<String>,
    /// Up to 5,000; with the tags at least one.
    pub assets: Vec<AssetId>,
    /// Up to 100: whoever has one of them, tomorrow too.
    pub tags: Vec<TagId>,
    /// 10–2,000 characters.
    pub reason: String,
    /// 1–365 days ahead.
    pub expires_at: Timestamp,
}

/// Of those that are stored: a query stands there alone.
pub(super) fn excepted_patches(patches: Vec<PatchId>, query: Option<String>, tz: Option<String>) -> ExceptedPatches {
    match query {
        Some(text) => ExceptedPatches::Found(PatchRule { text, tz: tz.unwrap_or_else(utc) }),
        None => ExceptedPatches::Listed(patches),
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Fleet {
    pub(super) fn checked_exception(&self, asked: NewException, now: Timestamp) -> Result<NewException, DecisionError> {
        let (mut asked, _) = self.checked_targets(asked)?;
        asked.reason = asked.reason.trim().to_owned();
        if !REASON.contains(&asked.reason.chars().count()) {
            return Err(DecisionError::field("reason", "a reason has 10 to 2,000 characters"));
        }
        let ahead = now.duration_until(asked.expires_at);
        if ahead < SHORTEST || ahead > LONGEST {
            return Err(DecisionError::field("expiresAt", "an exception ends 1 to 365 days from now"));
        }
        Ok(asked)
    }

    /// How much it would cover now; reason and end are not looked at. Takes as long as a rule may.
    pub fn preview_exception(&self, asked: NewException) -> Result<ExceptionReach, DecisionError> {
        let (asked, query) = self.checked_targets(asked)?;
        let exception = Exception {
            patches: ExceptedPatches::Listed(asked.patches),
            assets: asked.assets,
            tags: asked.tags,
            expires: asked.expires_at,
        };
        let deadline = Deadline(Some(Instant::now() + LONGEST_RULE));
        self.index.preview_exception(exception, query.as_ref(), deadline).map_err(|error| match error {
            AskError::TookTooLong => DecisionError::TookTooLong,
            AskError::NotInIndex(_) | AskError::NotThere => DecisionError::NotFound("patch"),
        })
    }

    /// What it covers makes sense; each thing is named once.
    fn checked_targets(&self, mut asked: NewException) -> Result<(NewException, Option<Query>), DecisionError> {
        let mut patches = BTreeSet::new();
        for patch in &asked.patches {
            patches.insert(self.index.patch_entry(*patch).ok_or(DecisionError::NotFound("patch"))?.patch.id);
        }
        asked.patches = patches.into_iter().collect();
        asked.assets.sort_unstable();
        asked.assets.dedup();
        asked.tags.sort_unstable();
        asked.tags.dedup();
        let query = self.checked_query(&mut asked)?;
        if query.is_some() && !asked.patches.is_empty() {
            return Err(DecisionError::field("patches", "name patches, or give a query of patches, and not both"));
        }
        if query.is_none() && !(1..=MOST_PATCHES).contains(&asked.patches.len()) {
            return Err(DecisionError::field("patches", format!("name 1 to {MOST_PATCHES} patches, or give a query")));
        }
        if asked.assets.len() > MOST_ASSETS || asked.assets.is_empty() && asked.tags.is_empty() {
            return Err(DecisionError::field("assets", "name 1 to 5,000 assets, or tags"));
        }
        if asked.tags.len() > MOST_TAGS {
            return Err(DecisionError::field("tags", format!("name at most {MOST_TAGS} tags")));
        }
        if !asked.assets.iter().all(|asset| self.index.contains(*asset)) {
            return Err(DecisionError::NotFound("asset"));
        }
        if !asked.tags.iter().all(|tag| self.index.tag_path(*tag).is_some()) {
            return Err(DecisionError::NotFound("tag"));
        }
        Ok((asked, query))
    }

    fn checked_query(&self, asked: &mut NewException) -> Result<Option<Query>, DecisionError> {
        let Some(text) = asked.patch_query.take().map(|text| text.trim().to_owned()) else {
            asked.tz = None;
            return Ok(None);
        };
        if text.is_empty() {
            return Err(DecisionError::field("patchQuery", "a query that asks for nothing would cover every patch"));
        }
        let tz = asked.tz.take().filter(|tz| !tz.is_empty()).unwrap_or_else(utc);
        let zone = TimeZone::get(&tz)
            .map_err(|_| DecisionError::field("tz", "a zone is an IANA name such as `Europe/Oslo`"))?;
        let query = read_patch_rule(&text, &zone, self.index.as_of())?;
        asked.patch_query = Some(text);
        asked.tz = Some(tz);
        Ok(Some(query))
    }
}
