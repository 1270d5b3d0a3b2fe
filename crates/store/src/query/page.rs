//! Pages of a list, and how many rows there are.

use std::ops::ControlFlow;

use fettle_qql::order::SortKey;
use sea_query::{Alias, Asterisk, Expr, ExprTrait as _, Func, LikeExpr, Query, SelectStatement};
use uuid::Uuid;

use super::condition::Condition;
use super::cursor::Cursor;
use super::decision::{Cell, Decision, Selection};
use super::order::ListOrder;
use super::plan::Planner;
use super::questions::Questions;
use super::{Asked, QuestionError, Within, deployment};
use crate::list::ListFilter;

/// Rows that are asked for at first where some of them may not belong to the answer, and how many times more each time
/// that they were too few: an order that no index has is made anew each time.
const FIRST_ROWS: u64 = 512;
const MORE_ROWS: u64 = 8;

/// Id of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowId {
    Number(i64),
    Uuid(Uuid),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub ids: Vec<RowId>,
    /// `None` on the last page.
    pub next: Option<Cursor>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub number: u64,
    /// False: there are more than `number`, which is as far as was counted.
    pub is_all: bool,
}

impl Questions {
    /// The rows behind `after`, at most `limit`.
    pub async fn page(
        &mut self,
        asked: &Asked<'_>,
        sort: &[SortKey],
        limit: usize,
        after: Option<&Cursor>,
    ) -> Result<Page, QuestionError> {
        let planner = Planner::new(asked, self.backend());
        let order = ListOrder::new(sort, &planner)?;
        if let Some(after) = after {
            after.check(&order.name, &order.kinds())?;
        }
        let plan = planner.plan(asked.expression)?;
        let (is_exact, rows) = (plan.is_exact(), u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1));
        let wanted = scope(asked.within).and(plan.upper());
        let mut selection = Selection::default();
        for (column, kind) in order.columns() {
            selection.add(column, kind);
        }
        let keys = selection.kinds.len();
        let decision = Decision::of(plan, &mut selection);
        let mut found: Vec<Vec<Cell>> = Vec::new();
        let mut last = after.map(|after| after.place.clone());
        let mut batch = if is_exact { rows } else { Ord::max(rows, FIRST_ROWS) };
        loop {
            let behind = last.as_deref().map_or(Condition::Always, |place| order.behind(place));
            let Some(mut statement) = select(planner.table()?, wanted.clone().and(behind)) else { break };
            selection.put_into(&mut statement);
            order.put_into(&mut statement);
            statement.limit(batch);
            let mut seen = 0;
            let take = |mut row: Vec<Cell>| {
                seen += 1;
                let is_found = decision.holds(&row);
                row.truncate(keys);
                last = Some(row.clone());
                if is_found {
                    found.push(row);
                }
                if found.len() > limit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            self.each("list what a query finds", &statement, &selection.kinds, take).await?;
            if found.len() > limit || seen < batch {
                break;
            }
            batch = Ord::min(batch.saturating_mul(MORE_ROWS), i64::MAX.unsigned_abs());
        }
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|row| Cursor { order: order.name, place: row.clone() });
        Ok(Page { ids: found.iter().filter_map(|row| id(row)).collect(), next })
    }

    /// How many rows there are; counting ends behind `most`.
    pub async fn count(&mut self, asked: &Asked<'_>, most: Option<u64>) -> Result<Count, QuestionError> {
        let planner = Planner::new(asked, self.backend());
        let plan = planner.plan(asked.expression)?;
        let is_exact = plan.is_exact();
        let Some(mut rows) = select(planner.table()?, scope(asked.within).and(plan.upper())) else {
            return Ok(Count { number: 0, is_all: true });
        };
        let enough = most.map(|most| most.saturating_add(1));
        let number = if is_exact {
            rows.expr(Expr::val(1_i64));
            if let Some(enough) = enough {
                rows.limit(enough);
            }
            let mut count = Query::select();
            count.expr(Func::count(Expr::col(Asterisk))).from_subquery(rows, Alias::new("found"));
            self.number("count what a query finds", &count).await?
        } else {
            let mut selection = Selection::default();
            let decision = Decision::of(plan, &mut selection);
            selection.put_into(&mut rows);
            let mut number = 0;
            let take = |row: Vec<Cell>| {
                number += u64::from(decision.holds(&row));
                if enough == Some(number) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            self.each("count what a query finds", &rows, &selection.kinds, take).await?;
            number
        };
        Ok(match most {
            Some(most) if number > most => Count { number: most, is_all: false },
            _ => Count { number, is_all: true },
        })
    }
}

/// Without columns yet; none where nothing can be found.
pub(super) fn select(table: &'static str, condition: Condition) -> Option<SelectStatement> {
    let mut statement = Query::select();
    statement.from(table);
    match condition {
        Condition::Never => return None,
        Condition::Always => {}
        Condition::Is(condition) => {
            statement.and_where(condition);
        }
    }
    Some(statement)
}

/// What an address says beside the query.
pub(super) fn scope(within: Within<'_>) -> Condition {
    let own = |name| Expr::col((deployment::TABLE, name));
    let run = within.run.map(|run| Condition::Is(own("run").eq(run.uuid())));
    let state = within.state.map(|state| Condition::Is(own("state").eq(state)));
    let filter = ListFilter { search: within.search.map(str::to_owned), ..ListFilter::default() };
    let search = filter.pattern().map(|pattern| {
        let name = Expr::from(Func::lower(own("asset_name")));
        Condition::Is(name.like(LikeExpr::new(pattern).escape('\\')))
    });
    Condition::all([run, state, search].into_iter().flatten())
}

fn id(row: &[Cell]) -> Option<RowId> {
    match row.last()? {
        Cell::Int(number) => Some(RowId::Number(*number)),
        Cell::Uuid(id) => Some(RowId::Uuid(*id)),
        Cell::Null | Cell::Text(_) | Cell::Instant(_) => None,
    }
}
