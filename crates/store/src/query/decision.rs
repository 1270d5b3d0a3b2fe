//! What is asked of each row that SQL gives: columns that are selected beside it, and what they have to say.

use std::collections::HashSet;
use std::sync::Arc;

use fettle_model::AssetId;
use fettle_qql::text::{Phrase, composed};
use jiff::Timestamp;
use sea_query::{Expr, SelectStatement};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::condition::Condition;
use super::plan::{Check, Plan};
use crate::key::BETWEEN;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Instant(Timestamp),
    Uuid(Uuid),
}

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    Int,
    Text,
    Instant,
    Uuid,
}

impl CellKind {
    pub(super) const fn is_of(self, cell: &Cell) -> bool {
        matches!(
            (self, cell),
            (Self::Int, Cell::Int(_))
                | (Self::Text, Cell::Text(_))
                | (Self::Instant, Cell::Instant(_))
                | (Self::Uuid, Cell::Uuid(_))
        )
    }
}

/// What is selected, in order.
#[derive(Debug, Default)]
pub(super) struct Selection {
    columns: Vec<Expr>,
    pub(super) kinds: Vec<CellKind>,
}

impl Selection {
    /// Gives its place.
    pub(super) fn add(&mut self, column: Expr, kind: CellKind) -> usize {
        self.columns.push(column);
        self.kinds.push(kind);
        self.kinds.len() - 1
    }

    pub(super) fn put_into(&self, statement: &mut SelectStatement) {
        statement.exprs(self.columns.iter().cloned());
    }
}

/// Does a row belong to the answer? By the places of a [`Selection`].
#[derive(Debug)]
pub(super) enum Decision {
    Always,
    Never,
    Flag(usize),
    Phrases(usize, Vec<Phrase>),
    Exactly(usize, Vec<String>),
    Assets(usize, Arc<HashSet<AssetId>>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
}

impl Decision {
    /// Of rows that satisfy the plan's upper condition: what that says already is not asked again.
    pub(super) fn of(plan: Plan, selection: &mut Selection) -> Self {
        match plan {
            Plan::Exact(_) => Self::Always,
            Plan::And(parts) => {
                let open = parts.into_iter().filter(|part| !part.is_exact());
                Self::And(open.map(|part| Self::of(part, selection)).collect())
            }
            other => Self::of_part(other, selection),
        }
    }

    fn of_part(plan: Plan, selection: &mut Selection) -> Self {
        match plan {
            Plan::Exact(Condition::Always) => Self::Always,
            Plan::Exact(Condition::Never) => Self::Never,
            Plan::Exact(condition) => Self::Flag(selection.add(condition.flag(), CellKind::Int)),
            Plan::Check { check: Check::Phrases { key, phrases }, .. } => {
                Self::Phrases(selection.add(key, CellKind::Text), phrases)
            }
            Plan::Check { check: Check::Exactly { value, texts }, .. } => {
                Self::Exactly(selection.add(value, CellKind::Text), texts)
            }
            Plan::Check { check: Check::Assets { asset, assets }, .. } => {
                Self::Assets(selection.add(asset, CellKind::Uuid), assets)
            }
            Plan::And(parts) => Self::And(parts.into_iter().map(|part| Self::of_part(part, selection)).collect()),
            Plan::Or(parts) => Self::Or(parts.into_iter().map(|part| Self::of_part(part, selection)).collect()),
            Plan::Not(inner) => Self::Not(Box::new(Self::of_part(*inner, selection))),
        }
    }

    pub(super) fn holds(&self, row: &[Cell]) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Flag(place) => row[*place] == Cell::Int(1),
            Self::Phrases(place, phrases) => matches!(&row[*place], Cell::Text(key) if has_any(key, phrases)),
            Self::Exactly(place, texts) => {
                matches!(&row[*place], Cell::Text(value) if texts.contains(&composed(value)))
            }
            Self::Assets(place, assets) => {
                matches!(&row[*place], Cell::Uuid(asset) if assets.contains(&AssetId(*asset)))
            }
            Self::And(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Not(inner) => !inner.holds(row),
        }
    }
}

/// A key has its words between blanks, and may be of several texts.
fn has_any(key: &str, phrases: &[Phrase]) -> bool {
    key.split(BETWEEN).any(|text| phrases.iter().any(|phrase| phrase.stands_in(text)))
}
