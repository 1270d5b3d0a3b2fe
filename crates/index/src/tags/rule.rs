//! A rule, read.

use std::sync::Arc;

use fettle_qql::{Context, Entity, Invalid, Purpose, Query, check};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::TagRule;
use super::dependencies::Dependencies;

/// A rule that makes sense, as of one moment.
#[derive(Debug, Clone)]
pub struct CheckedRule {
    pub(super) query: Arc<Query>,
    pub(super) dependencies: Dependencies,
}

impl CheckedRule {
    pub fn query(&self) -> &Query {
        &self.query
    }
}

/// Reads a rule with `now` as the as-of instant. Tokens that follow from tags are refused.
pub fn read_rule(text: &str, zone: &TimeZone, now: Timestamp) -> Result<CheckedRule, Invalid> {
    let query = read(text, zone, now)?;
    // What reads otherwise as of a moment some years before names the time: no two such dates are the same.
    let before = now.checked_sub(SignedDuration::from_hours(24 * 1_000 + 7)).unwrap_or(Timestamp::UNIX_EPOCH);
    let names_now = !matches!(read(text, zone, before), Ok(other) if other.root == query.root);
    let dependencies = Dependencies::of(&query.root, names_now);
    Ok(CheckedRule { query: Arc::new(query), dependencies })
}

fn read(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Query, Invalid> {
    let context = Context::new(Entity::Asset, now, zone.clone()).purpose(Purpose::TagRule);
    check(text, &context).map_err(|mut invalid| {
        invalid.field = "rule";
        invalid
    })
}

/// What is held of the rule of a tag.
#[derive(Debug, Clone)]
pub(super) enum HeldRule {
    /// Members are those that are pinned in.
    None,
    Good(CheckedRule),
    /// It made sense once and does not any more, for the language changed: members stay who they are.
    Broken,
}

impl HeldRule {
    pub(super) fn read(rule: Option<&TagRule>, now: Timestamp) -> Self {
        let Some(rule) = rule else { return Self::None };
        let read = TimeZone::get(&rule.tz).ok().and_then(|zone| read_rule(&rule.text, &zone, now).ok());
        read.map_or(Self::Broken, Self::Good)
    }

    pub(super) const fn good(&self) -> Option<&CheckedRule> {
        match self {
            Self::Good(rule) => Some(rule),
            Self::None | Self::Broken => None,
        }
    }
}
