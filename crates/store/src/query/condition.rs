//! Conditions of SQL that are never null, so that `not` is the plain complement.

use sea_query::{CaseStatement, Expr, ExprTrait as _};

/// True or false for each row.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    Always,
    Never,
    Is(Expr),
}

impl Condition {
    pub(super) fn not(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Is(expression) => Self::Is(expression.not()),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self::all([self, other])
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self::any([self, other])
    }

    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut expressions = Vec::new();
        for part in parts {
            match part {
                Self::Always => {}
                Self::Never => return Self::Never,
                Self::Is(expression) => expressions.push(expression),
            }
        }
        balanced(expressions, Expr::and).map_or(Self::Always, Self::Is)
    }

    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut expressions = Vec::new();
        for part in parts {
            match part {
                Self::Never => {}
                Self::Always => return Self::Always,
                Self::Is(expression) => expressions.push(expression),
            }
        }
        balanced(expressions, Expr::or).map_or(Self::Never, Self::Is)
    }

    /// 1 or 0.
    pub(super) fn flag(self) -> Expr {
        match self {
            Self::Always => Expr::val(1_i64),
            Self::Never => Expr::val(0_i64),
            Self::Is(expression) => CaseStatement::new().case(expression, 1_i64).finally(0_i64).into(),
        }
    }
}

/// Joins neighbours, then pairs of neighbours: SQLite takes expressions of a depth up to 1,000, and a list has as many
/// values.
fn balanced(mut parts: Vec<Expr>, join: impl Fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while parts.len() > 1 {
        let mut halved = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(left) = rest.next() {
            halved.push(match rest.next() {
                Some(right) => join(left, right),
                None => left,
            });
        }
        parts = halved;
    }
    parts.pop()
}
