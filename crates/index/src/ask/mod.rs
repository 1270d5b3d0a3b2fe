//! Questions in QQL: a typed query, a scope, an order or groups in; a page, a number or counts out.
//!
//! What a query says of assets is worked out block by block as sets of slots; what it says of patches, vulnerabilities and
//! components once for each of them. Groups (`patches:( … )`) are answered first, each once (`ask::resolved`); conditions
//! about findings patch by patch, for all assets of a block at once (`ask::pairs`).

mod answer;
pub(crate) mod asking;
mod asset_column;
mod asset_order;
pub(crate) mod asset_set;
mod assets;
mod candidates;
mod choice_column;
mod deadline;
mod explain;
mod finding_counts;
mod findings;
mod group;
mod group_counts;
mod groups;
mod interfaces;
mod matching;
pub(crate) mod memo;
mod moment;
mod narrow;
mod networks;
mod obstacles;
mod order;
mod overdue;
mod pairs;
mod parallel;
mod related;
mod resolved;
mod scope;
mod things;
mod totals;
mod truth;
mod turns;
pub(crate) mod value;
mod values;
mod why;

pub use answer::{Answer, ComponentRow};
pub use deadline::{AskError, Deadline};
pub use explain::{Counted, Explained, ExplainedThing, Part};
pub use group::{Group, GroupBy, GroupOrder, GroupValue, Groups};
pub use matching::Question;
pub use order::{Order, Position, SortValue, ThingId};
pub use scope::Scope;
pub use value::VersionScheme;
pub use why::{MAX_PAIRS, MAX_VALUES, RelatedThing, Why};
