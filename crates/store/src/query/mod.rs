//! QQL over histories (`qql.md` 4): a typed query becomes conditions of SQL with bound parameters, the same on SQLite and
//! PostgreSQL.
//!
//! Texts are compared by keys that `store::key` made when their row was written, so that SQL knows neither folding nor
//! words, and still says exactly what `fettle_qql::text` says. Where it cannot (a wildcard inside a word, backticks, a
//! set of assets that the index named) a plan (`plan.rs`) has a condition that holds for more rows, and what is asked of each
//! row is decided (`decision.rs`) here, while the rows come: never more than one page of them is held. `not` takes the
//! condition that holds for fewer rows, so that each plan is bounded from both sides.
//!
//! Pages go by keyset: a [`Cursor`] names the last row of a page by what it was sorted by. A [`Questions`] answers
//! within its time or not at all.

mod audit;
mod column;
mod condition;
mod cursor;
mod decision;
mod deployment;
mod group;
mod leaf;
mod order;
mod page;
mod pattern;
mod plan;
mod questions;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use fettle_model::{AssetId, RunId};
use fettle_qql::Entity;
use fettle_qql::span::Span;
use fettle_qql::typed::Expression;

use crate::error::StoreError;

pub use cursor::Cursor;
pub use group::{Group, GroupBy, GroupOrder, GroupValue, Groups};
pub use page::{Count, Page, RowId};
pub use questions::Questions;

/// What is asked, of rows that are in scope.
pub struct Asked<'q> {
    pub entity: Entity,
    pub expression: &'q Expression,
    pub within: Within<'q>,
    /// Of each `assets:( … )` in it.
    pub assets: &'q RelatedAssets,
}

/// Assets in scope for which what is inside an `assets:( … )` holds, by where that stands in the text. Of a large fleet they
/// take some 20 bytes each, once for all that is asked.
pub type RelatedAssets = HashMap<Span, Arc<HashSet<AssetId>>>;

/// What an address restricts a list to, beside the query. Of audit records nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Within<'q> {
    pub run: Option<RunId>,
    /// Name of a deployment's state.
    pub state: Option<&'q str>,
    /// Case-insensitive part of the asset's name.
    pub search: Option<&'q str>,
}

#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    #[error("the query took longer than it may")]
    Timeout,
    /// The cursor is none of this list in this order.
    #[error("this is no cursor of this list")]
    Cursor,
    /// The entity is not kept in the database, or nobody answers one of its groups here.
    #[error("{0} cannot be answered by the database")]
    NotHere(&'static str),
    #[error(transparent)]
    Store(#[from] StoreError),
}
