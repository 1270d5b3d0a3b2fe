//! Counts by the values of one or two tokens.

use std::collections::HashMap;
use std::ops::ControlFlow;

use fettle_qql::measure::{Figure, MAX_MEASURES, Tally};
pub use fettle_qql::order::{GroupBy, GroupOrder};
use fettle_qql::text::folded;
use fettle_qql::token::TokenDefinition;
use jiff::civil::Date;
use sea_query::{Alias, Asterisk, Expr, ExprTrait as _, Func, Query, SelectStatement};

use super::column::{Column, Word};
use super::decision::{Cell, CellKind, Decision, Selection};
use super::page::{scope, select};
use super::plan::{Planner, column};
use super::questions::Questions;
use super::{Asked, QuestionError};

/// Texts as they are written, letter for letter; dates by the first day of their interval.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupValue {
    Bool(bool),
    Int(i64),
    Date(Date),
    Text(String),
    Null,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// One for each token.
    pub values: Vec<GroupValue>,
    pub count: u64,
    /// One for each measure; `None`: nothing has a value.
    pub figures: Vec<Option<Figure>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    pub groups: Vec<Group>,
    /// Of all groups that are not told; a thing with several values counts in each. `None` where all are told.
    pub other: Option<u64>,
}

/// A column that is grouped by.
struct GroupColumn {
    value: Expr,
    kind: CellKind,
    shown: Shown,
    join: Option<Join>,
}

/// How a cell is shown.
enum Shown {
    AsItIs,
    Bool,
    Word(Vec<Word>),
}

/// To rows that have one of several values each.
struct Join {
    table: &'static str,
    pointer: &'static str,
    column: &'static str,
    alias: &'static str,
}

const NAMES: [&str; 2] = ["first", "second"];
const MEASURED: [&str; MAX_MEASURES] = ["measured1", "measured2", "measured3"];

impl Questions {
    pub async fn groups(&mut self, asked: &Asked<'_>, grouping: &GroupBy) -> Result<Groups, QuestionError> {
        let planner = Planner::new(asked, self.backend());
        let plan = planner.plan(asked.expression)?;
        let columns: Vec<GroupColumn> = grouping
            .tokens
            .iter()
            .zip(NAMES)
            .map(|(token, alias)| group_column(token, alias))
            .collect::<Result<_, _>>()?;
        let is_exact = plan.is_exact();
        let table = planner.table()?;
        let measured: Vec<(Expr, CellKind)> =
            grouping.measures.iter().map(|measure| measured_column(measure.token)).collect::<Result<_, _>>()?;
        let mut counts: HashMap<Vec<GroupValue>, (u64, Vec<Tally>)> = HashMap::new();
        if let Some(mut rows) = select(table, scope(asked.within).and(plan.upper())) {
            let mut kinds: Vec<CellKind> = columns.iter().map(|column| column.kind).collect();
            for (column, name) in columns.iter().zip(NAMES) {
                rows.expr_as(column.value.clone(), name);
                if let Some(join) = &column.join {
                    join_to(&mut rows, table, join);
                }
            }
            for ((value, kind), name) in measured.iter().zip(MEASURED) {
                rows.expr_as(value.clone(), name);
                kinds.push(*kind);
            }
            let is_joined = columns.iter().any(|column| column.join.is_some());
            let decision = if is_exact && measured.is_empty() && !kinds.contains(&CellKind::Instant) {
                if is_joined {
                    rows.expr_as(Expr::col((table, "id")), "id").distinct();
                }
                rows = counted(rows, columns.len());
                kinds.push(CellKind::Int);
                None
            } else {
                let mut selection = Selection::default();
                let decision = Decision::of(plan, &mut selection);
                selection.put_into(&mut rows);
                kinds.append(&mut selection.kinds);
                if is_joined {
                    rows.expr_as(Expr::col((table, "id")), "id").distinct();
                }
                Some(decision)
            };
            let take = |row: Vec<Cell>| {
                let (values, rest) = row.split_at(columns.len());
                let (figures, rest) = rest.split_at(measured.len());
                let count = match (&decision, rest.first()) {
                    (None, Some(Cell::Int(count))) => u64::try_from(*count).unwrap_or(0),
                    (Some(decision), _) => u64::from(decision.holds(rest)),
                    (None, _) => 0,
                };
                if count > 0 {
                    let shown = columns.iter().zip(values).map(|(column, cell)| column.shown.of(cell, grouping));
                    let new = || (0, vec![Tally::default(); figures.len()]);
                    let (counted, tallies) = counts.entry(shown.collect()).or_insert_with(new);
                    *counted += count;
                    tallies.iter_mut().zip(figures).for_each(|(tally, cell)| measure(tally, cell));
                }
                ControlFlow::Continue(())
            };
            self.each("group what a query finds", &rows, &kinds, take).await?;
        }
        Ok(cut(counts, grouping))
    }
}

fn group_column(token: &TokenDefinition, alias: &'static str) -> Result<GroupColumn, QuestionError> {
    let of = |value, kind, shown| Ok(GroupColumn { value, kind, shown, join: None });
    match column(token.id)? {
        Column::Text { place, value, .. } | Column::Keyword { place, value, .. } => {
            of(place.value(value), CellKind::Text, Shown::AsItIs)
        }
        Column::Words { place, column, words } => of(place.value(column), CellKind::Text, Shown::Word(words)),
        Column::Several { table, pointer, column, words } => Ok(GroupColumn {
            value: Expr::col((alias, column)),
            kind: CellKind::Text,
            shown: Shown::Word(words),
            join: Some(Join { table, pointer, column, alias }),
        }),
        Column::Bool(condition) => of(condition.flag(), CellKind::Int, Shown::Bool),
        Column::Int(value, _) => of(value, CellKind::Int, Shown::AsItIs),
        Column::Date(value, _) => of(value, CellKind::Instant, Shown::AsItIs),
        Column::Uuid(_) | Column::Address { .. } => Err(QuestionError::NotHere("groups by values of this kind")),
    }
}

fn measured_column(token: &TokenDefinition) -> Result<(Expr, CellKind), QuestionError> {
    match column(token.id)? {
        Column::Int(value, _) => Ok((value, CellKind::Int)),
        Column::Date(value, _) => Ok((value, CellKind::Instant)),
        _ => Err(QuestionError::NotHere("figures over values of this kind")),
    }
}

fn measure(tally: &mut Tally, cell: &Cell) {
    match cell {
        Cell::Int(value) => tally.add_whole(*value),
        Cell::Instant(at) => tally.add_whole(at.as_microsecond()),
        Cell::Null | Cell::Text(_) | Cell::Uuid(_) => {}
    }
}

fn join_to(rows: &mut SelectStatement, table: &'static str, join: &Join) {
    let same = Expr::col((join.alias, join.pointer)).eq(Expr::col((table, "id")));
    let has_value = Expr::col((join.alias, join.column)).is_not_null();
    rows.join_as(sea_query::JoinType::LeftJoin, join.table, join.alias, same.and(has_value));
}

/// Counted by the database, of rows that all belong to the answer.
fn counted(rows: SelectStatement, columns: usize) -> SelectStatement {
    let mut counted = Query::select();
    for name in NAMES.iter().take(columns) {
        counted.column(*name).group_by_col(*name);
    }
    counted.expr(Func::count(Expr::col(Asterisk))).from_subquery(rows, Alias::new("found"));
    counted
}

impl Shown {
    fn of(&self, cell: &Cell, grouping: &GroupBy) -> GroupValue {
        match (cell, self) {
            (Cell::Int(value), Self::Bool) => GroupValue::Bool(*value == 1),
            (Cell::Int(value), _) => GroupValue::Int(*value),
            (Cell::Text(text), Self::Word(words)) => {
                let shown = words.iter().find(|word| word.stored == *text);
                shown.map_or(GroupValue::Null, |word| GroupValue::Text(word.shown.to_owned()))
            }
            (Cell::Text(text), _) => GroupValue::Text(text.clone()),
            (Cell::Instant(at), _) => {
                GroupValue::Date(grouping.interval.first_day(grouping.zone.to_datetime(*at).date()))
            }
            (Cell::Null | Cell::Uuid(_), _) => GroupValue::Null,
        }
    }
}

fn cut(counts: HashMap<Vec<GroupValue>, (u64, Vec<Tally>)>, grouping: &GroupBy) -> Groups {
    let group = |(values, (count, tallies)): (_, (_, Vec<Tally>))| Group {
        values,
        count,
        figures: grouping.measures.iter().zip(tallies).map(|(measure, tally)| measure.of(tally)).collect(),
    };
    let mut groups: Vec<Group> = counts.into_iter().map(group).collect();
    let by_value = |group: &Group| group.values.iter().map(place).collect::<Vec<_>>();
    match grouping.order {
        GroupOrder::Count => groups.sort_by_cached_key(|group| (std::cmp::Reverse(group.count), by_value(group))),
        GroupOrder::Value => groups.sort_by_cached_key(by_value),
    }
    let other = groups.get(grouping.limit..).filter(|rest| !rest.is_empty());
    let other = other.map(|rest| rest.iter().map(|group| group.count).sum());
    groups.truncate(grouping.limit);
    Groups { groups, other }
}

/// Where a value stands among others: texts without case, and what has no value last.
fn place(value: &GroupValue) -> (u8, i64, String, String) {
    match value {
        GroupValue::Bool(value) => (0, i64::from(*value), String::new(), String::new()),
        GroupValue::Int(value) => (0, *value, String::new(), String::new()),
        GroupValue::Date(date) => {
            (0, i64::from(date.year()) * 512 + i64::from(date.day_of_year()), String::new(), String::new())
        }
        GroupValue::Text(text) => (0, 0, folded(text), text.clone()),
        GroupValue::Null => (1, 0, String::new(), String::new()),
    }
}
