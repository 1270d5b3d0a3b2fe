//! The order of a list, and what lies behind a row in it.

use fettle_qql::Entity;
use fettle_qql::order::{Direction, SortKey};
use fettle_qql::text::folded;
use fettle_qql::token::{Kind, Ranking, TokenDefinition};
use sea_query::{CaseStatement, Expr, ExprTrait as _, NullOrdering, Order, SelectStatement};

use super::column::{Column, Nulls, Place, Word};
use super::condition::Condition;
use super::decision::{Cell, CellKind};
use super::plan::{Planner, column};
use super::{QuestionError, leaf};
use crate::database::Backend;

struct SortColumn {
    value: Expr,
    kind: CellKind,
    nulls: Nulls,
    direction: Direction,
}

pub(super) struct ListOrder {
    /// Sort keys, and the id last.
    columns: Vec<SortColumn>,
    /// As text, for cursors.
    pub(super) name: String,
    backend: Backend,
}

impl ListOrder {
    /// Without keys the newest come first; else equal ones go by id.
    pub(super) fn new(sort: &[SortKey], planner: &Planner<'_>) -> Result<Self, QuestionError> {
        let mut columns = sort.iter().map(sort_column).collect::<Result<Vec<_>, _>>()?;
        let direction = if sort.is_empty() { Direction::Descending } else { Direction::Ascending };
        let kind = if planner.entity == Entity::Audit { CellKind::Int } else { CellKind::Uuid };
        columns.push(SortColumn { value: Expr::col((planner.table()?, "id")), kind, nulls: Nulls::Never, direction });
        let named = sort.iter().map(|key| format!("{}:{:?}", key.token.name, key.direction));
        let name = format!("{} {}", planner.entity, named.collect::<Vec<_>>().join(","));
        Ok(Self { columns, name, backend: planner.backend })
    }

    /// What a cursor holds.
    pub(super) fn columns(&self) -> impl Iterator<Item = (Expr, CellKind)> {
        self.columns.iter().map(|column| (column.value.clone(), column.kind))
    }

    pub(super) fn kinds(&self) -> Vec<CellKind> {
        self.columns.iter().map(|column| column.kind).collect()
    }

    pub(super) fn put_into(&self, statement: &mut SelectStatement) {
        for column in &self.columns {
            let order = match column.direction {
                Direction::Ascending => Order::Asc,
                Direction::Descending => Order::Desc,
            };
            // Without nulls an index gives the order.
            match column.nulls {
                Nulls::Never => statement.order_by_expr(column.value.clone(), order),
                Nulls::Possible => statement.order_by_expr_with_nulls(column.value.clone(), order, NullOrdering::Last),
            };
        }
    }

    /// Rows behind the one at `place`. Null, which in a `WHERE` is as good as false, for some that are not.
    pub(super) fn behind(&self, place: &[Cell]) -> Condition {
        let mut behind = Condition::Never;
        for (column, cell) in self.columns.iter().zip(place).rev() {
            behind = match self.written(cell) {
                // Nothing comes behind null but what is null too.
                None => Condition::Is(column.value.clone().is_null()).and(behind),
                Some(value) => {
                    let is_null = match column.nulls {
                        Nulls::Possible => Condition::Is(column.value.clone().is_null()),
                        Nulls::Never => Condition::Never,
                    };
                    let is_equal = Condition::Is(column.value.clone().eq(value.clone()));
                    // In one comparison more, which an index can begin at.
                    let (is_behind, is_not_before) = match column.direction {
                        Direction::Ascending => {
                            (column.value.clone().gt(value.clone()), column.value.clone().gte(value))
                        }
                        Direction::Descending => {
                            (column.value.clone().lt(value.clone()), column.value.clone().lte(value))
                        }
                    };
                    let exactly = Condition::Is(is_behind).or(is_equal.and(behind));
                    is_null.or(Condition::Is(is_not_before).and(exactly))
                }
            };
        }
        behind
    }

    fn written(&self, cell: &Cell) -> Option<Expr> {
        Some(match cell {
            Cell::Null => return None,
            Cell::Int(value) => Expr::val(*value),
            Cell::Text(value) => Expr::val(value.as_str()),
            Cell::Uuid(value) => Expr::val(*value),
            Cell::Instant(value) => leaf::instant(*value, self.backend),
        })
    }
}

fn sort_column(key: &SortKey) -> Result<SortColumn, QuestionError> {
    let sorted = |value, kind, nulls| Ok(SortColumn { value, kind, nulls, direction: key.direction });
    match column(key.token.id)? {
        Column::Text { place, key, nulls, .. } | Column::Keyword { place, key, nulls, .. } => {
            sorted(place.value(key), CellKind::Text, nulls)
        }
        Column::Words { place, column, words } => {
            sorted(rank(place, column, &words, key.token), CellKind::Int, Nulls::Possible)
        }
        Column::Int(value, nulls) => sorted(value, CellKind::Int, nulls),
        Column::Date(value, nulls) => sorted(value, CellKind::Instant, nulls),
        Column::Bool(_) | Column::Uuid(_) | Column::Address { .. } | Column::Several { .. } => {
            Err(QuestionError::NotHere("an order by values of this kind"))
        }
    }
}

/// The place of a word in the order of its token; null for a word that the token does not know.
fn rank(place: Place, column: &'static str, words: &[Word], token: &TokenDefinition) -> Expr {
    let mut ordered: Vec<&Word> = words.iter().collect();
    match token.kind {
        Kind::Enum(enumeration) if enumeration.ranking == Ranking::Ranked => {}
        Kind::Enum(_) => ordered.sort_by_key(|word| word.shown),
        _ => ordered.sort_by_key(|word| folded(word.shown)),
    }
    let mut case = CaseStatement::new();
    for (rank, word) in (0_i64..).zip(ordered) {
        case = case.case(place.column(column).eq(word.stored.as_str()), rank);
    }
    place.value_of(case.into())
}
