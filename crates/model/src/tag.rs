//! Tags (`automation.md` 4): labels in a tree, put on assets by hand or by a rule. A tag with a rule is a collection.

use serde::{Deserialize, Serialize};

/// Levels of the tree, and characters of a tag's texts.
pub const MAX_DEPTH: usize = 8;
pub const MAX_NAME: usize = 100;
pub const MAX_DESCRIPTION: usize = 1_000;
/// Of the reason of a pin.
pub const MAX_REASON: usize = 200;
/// How many tags of a chain each name the next in their rules.
pub const MAX_RULE_DEPTH: usize = 16;
pub const MAX_TAGS: usize = 10_000;
pub const MAX_RULES: usize = 2_000;
/// Of one side of one collection.
pub const MAX_PINS: usize = 5_000;

/// What a person says of one asset and one tag. Of a tag without a rule its members are pinned in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pin {
    /// A member, whatever the rule says.
    In,
    /// No member, whatever the rule says.
    Out,
}

impl Pin {
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "In",
            Self::Out => "Out",
        }
    }
}
