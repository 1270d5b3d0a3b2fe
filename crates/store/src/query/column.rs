//! How the value of a token is kept.

use fettle_model::DeploymentState;
use sea_query::{Expr, ExprTrait as _, Query, SelectStatement};

use super::condition::Condition;

/// The table of a column: an entity's own, or another that its rows point to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    own: &'static str,
    /// The table, and the own column with its id.
    other: Option<(&'static str, &'static str)>,
}

impl Place {
    pub(super) const fn own(table: &'static str) -> Self {
        Self { own: table, other: None }
    }

    pub(super) const fn through(own: &'static str, column: &'static str, table: &'static str) -> Self {
        Self { own, other: Some((table, column)) }
    }

    /// Inside [`Place::where_holds`].
    pub(super) fn column(self, name: &'static str) -> Expr {
        Expr::col((self.other.map_or(self.own, |(table, _)| table), name))
    }

    /// Rows for which a condition on columns of this place holds. Through another table its rows are looked for once,
    /// and not for each row.
    pub(super) fn where_holds(self, condition: Condition) -> Condition {
        match (condition, self.other) {
            (Condition::Is(condition), Some((table, column))) => {
                let found = Query::select().column((table, "id")).from(table).and_where(condition).take();
                Condition::Is(Expr::col((self.own, column)).in_subquery(found))
            }
            (condition, _) => condition,
        }
    }

    /// The column's value beside a row.
    pub(super) fn value(self, name: &'static str) -> Expr {
        self.value_of(self.column(name))
    }

    /// The value of an expression over columns of this place, beside a row.
    pub(super) fn value_of(self, expression: Expr) -> Expr {
        match self.other {
            None => expression,
            Some((table, column)) => {
                let same = Expr::col((table, "id")).eq(Expr::col((self.own, column)));
                subquery(Query::select().expr(expression).from(table).and_where(same).take())
            }
        }
    }
}

pub(super) fn subquery(statement: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(statement.into()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nulls {
    Never,
    Possible,
}

/// A word as it is stored, and as the language knows it.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) stored: String,
    pub(super) shown: &'static str,
}

pub(super) enum Column {
    Text {
        place: Place,
        value: &'static str,
        key: &'static str,
        nulls: Nulls,
    },
    Keyword {
        place: Place,
        value: &'static str,
        key: &'static str,
        nulls: Nulls,
    },
    /// A `keyword` or an `enum` (in the order of its values) of which every value is known.
    Words {
        place: Place,
        column: &'static str,
        words: Vec<Word>,
    },
    /// Several such words in rows of `table`, which point here by `pointer`.
    Several {
        table: &'static str,
        pointer: &'static str,
        column: &'static str,
        words: Vec<Word>,
    },
    /// Never null.
    Bool(Condition),
    Int(Expr, Nulls),
    Date(Expr, Nulls),
    /// Never null.
    Uuid(Expr),
    Address {
        key: Expr,
    },
}

impl Column {
    pub(super) fn words_of<T: Copy>(
        all: &[T],
        name: impl Fn(T) -> &'static str,
        stored: impl Fn(T) -> String,
    ) -> Vec<Word> {
        all.iter().map(|value| Word { stored: stored(*value), shown: name(*value) }).collect()
    }
}

pub(super) fn states() -> Vec<Word> {
    Column::words_of(DeploymentState::ALL, DeploymentState::name, |state| state.name().to_owned())
}
