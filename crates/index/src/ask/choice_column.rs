//! Enumerations of assets: few values, so what is asked is asked of each value once.

use fettle_model::{AgentStatus, ScanStatus};
use fettle_qql::token::TokenDefinition;
use jiff::Timestamp;

use super::value::Value;
use crate::bits::Bits;
use crate::block::Block;
use crate::columns::{NumberColumn, SelfCheckResult, TextColumn};

/// The values of one enumeration for all assets of a block.
pub(super) struct ChoiceColumn<'b> {
    token: &'static TokenDefinition,
    told: Told<'b>,
}

/// By what the value is told.
enum Told<'b> {
    /// By a text: its value, where it has one.
    Text(&'b TextColumn, fn(&str) -> Option<&'static str>),
    ScanStatus(&'b [ScanStatus]),
    /// By when the agent was last heard of, as of a moment.
    Contact {
        last: &'b NumberColumn,
        as_of: Timestamp,
    },
    SelfCheck(&'b NumberColumn),
}

impl<'b> ChoiceColumn<'b> {
    pub(super) const fn of_text(
        token: &'static TokenDefinition,
        texts: &'b TextColumn,
        name: fn(&str) -> Option<&'static str>,
    ) -> Self {
        Self { token, told: Told::Text(texts, name) }
    }

    pub(super) fn scan_status(token: &'static TokenDefinition, block: &'b Block) -> Self {
        Self { token, told: Told::ScanStatus(block.columns.scan_statuses()) }
    }

    pub(super) const fn agent_status(token: &'static TokenDefinition, block: &'b Block, as_of: Timestamp) -> Self {
        Self { token, told: Told::Contact { last: &block.columns.last_checked_in, as_of } }
    }

    pub(super) const fn self_check(token: &'static TokenDefinition, block: &'b Block) -> Self {
        Self { token, told: Told::SelfCheck(&block.columns.facts.self_check) }
    }

    pub(super) fn value(&self, slot: u16) -> Option<Value<'static>> {
        let name = match &self.told {
            Told::Text(texts, name) => name(texts.get(slot)?)?,
            Told::ScanStatus(statuses) => {
                statuses.get(usize::from(slot)).map_or(ScanStatus::Pending, |known| *known).name()
            }
            Told::Contact { last, as_of } => AgentStatus::of(last.moment(slot), *as_of).name(),
            Told::SelfCheck(worst) => SelfCheckResult::at(worst.get(slot)?)?.name(),
        };
        Value::choice(self.token, name)
    }

    /// Slots of `taken` with a value for which it holds.
    pub(super) fn slots_where(&self, taken: &Bits, is_wanted: impl Fn(&Value<'_>) -> bool) -> Bits {
        let is_wanted = |name: &str| Value::choice(self.token, name).is_some_and(|value| is_wanted(&value));
        let mut slots = match &self.told {
            Told::Text(texts, name) => texts.slots_where(|text| name(text).is_some_and(&is_wanted)),
            Told::ScanStatus(statuses) => {
                let wanted = ScanStatus::ALL.map(|status| is_wanted(status.name()));
                Bits::of_each(statuses, |status| wanted[*status as usize])
            }
            Told::Contact { last, as_of } => {
                let is_wanted = |last| is_wanted(AgentStatus::of(last, *as_of).name());
                let (active, inactive) = (is_wanted(Some(*as_of)), is_wanted(Some(Timestamp::MIN)));
                let is_active = |micros| {
                    let last = Timestamp::from_microsecond(micros).ok();
                    AgentStatus::of(last, *as_of) == AgentStatus::Active
                };
                let mut slots = last.slots_where(|micros| if is_active(micros) { active } else { inactive });
                if is_wanted(None) {
                    slots.add(&taken.without(&last.slots_where(|_| true)));
                }
                slots
            }
            Told::SelfCheck(worst) => {
                worst.slots_where(|place| SelfCheckResult::at(place).is_some_and(|worst| is_wanted(worst.name())))
            }
        };
        slots.keep(taken);
        slots
    }

    /// Each value, and who of `slots` has it.
    pub(super) fn parts(&self, slots: &Bits) -> Vec<(Value<'static>, Bits)> {
        let fettle_qql::token::Kind::Enum(enumeration) = self.token.kind else { return Vec::new() };
        let part = |name: &&'static str| {
            let value = Value::choice(self.token, name)?;
            let having = self.slots_where(slots, |other| *other == value);
            (!having.is_empty()).then_some((value, having))
        };
        enumeration.values.iter().filter_map(part).collect()
    }
}
