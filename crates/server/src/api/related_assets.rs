//! `assets:( … )` in queries that the database answers (`qql.md` 4): the index says of which assets it holds, before the
//! database is asked.

use std::sync::Arc;
use std::time::Instant;

use fettle_index::ask::{Deadline, Question, Scope};
use fettle_qql::typed::{Expression, Form, Related};
use fettle_qql::{Entity, Query};
use fettle_store::query::RelatedAssets;

use super::ask::blocking;
use super::error::ApiError;
use super::query::LIMIT;
use crate::state::AppState;

/// Answers the groups of all these expressions, which are parts of one text. What they take of a query's time is no more
/// there for the database.
pub(super) async fn related_assets<'q>(
    app: &Arc<AppState>,
    expressions: impl IntoIterator<Item = &'q Expression>,
) -> Result<RelatedAssets, ApiError> {
    let mut groups = Vec::new();
    for expression in expressions {
        collect(expression, &mut groups);
    }
    if groups.is_empty() {
        return Ok(RelatedAssets::new());
    }
    app.index_ready()?;
    let queries: Vec<Query> = groups.into_iter().map(inner).collect();
    let app = Arc::clone(app);
    let answered = blocking(move || {
        let deadline = Deadline(Some(Instant::now() + LIMIT));
        let answer = |query: &Query| {
            let question = Question { query, having: None, scope: &Scope::Everything, deadline };
            let assets = app.fleet.index.ask_ids(&question)?;
            Ok((query.root.span, Arc::new(assets.into_iter().collect())))
        };
        queries.iter().map(answer).collect::<Result<RelatedAssets, fettle_index::ask::AskError>>()
    });
    Ok(answered.await??)
}

/// Groups of histories stand side by side: what is inside one is asked of the index as it is.
fn collect<'q>(expression: &'q Expression, groups: &mut Vec<&'q Related>) {
    match &expression.form {
        Form::And(parts) | Form::Or(parts) => parts.iter().for_each(|part| collect(part, groups)),
        Form::Not(inner) => collect(inner, groups),
        Form::Related(related) if related.entity == Entity::Asset => groups.push(related),
        Form::Related(_) | Form::All | Form::Leaf(_) | Form::Free(_) | Form::Elements(_) => {}
    }
}

fn inner(related: &Related) -> Query {
    Query { entity: related.entity, root: Expression::clone(&related.inner), warnings: Vec::new() }
}
