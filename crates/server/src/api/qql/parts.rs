//! The parts of a query, each counted by itself: by the index, or by the database for histories.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fettle_index::ask::{Counted, Deadline, Part, Question, Scope, ThingId};
use fettle_qql::parts::{Around, PartKind, alone, parts};
use fettle_qql::typed::{Expression, Form};
use fettle_qql::{Context, Entity, Query};
use fettle_store::query::{Asked, Count, QuestionError, Questions, RelatedAssets, Within};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::why::{WhyNode, WhyThing};
use crate::api::ask::blocking;
use crate::api::error::ApiError;
use crate::api::query::{COUNTED, LIMIT};
use crate::api::related_assets::related_assets;
use crate::state::AppState;

/// A part of a query. Its place is in Unicode characters from 0 of the text as sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueryNode {
    /// `all` (the empty query), `and`, `or`, `not`, `term`, `text` or `group`.
    #[schema(value_type = String)]
    pub kind: PartKind,
    pub offset: usize,
    pub length: usize,
    /// Things of the list that the part finds by itself; null where the time was over before.
    pub count: Option<u64>,
    /// False: there are more than `count`, which is as far as is counted of deployments and of the audit log.
    pub count_is_all: bool,
    /// Microseconds that it took.
    pub micros: Option<u64>,
    /// With `id`: whether, and why, the part holds for that one thing.
    pub why: Option<WhyNode>,
    #[schema(no_recursion)]
    pub nodes: Vec<Self>,
}

/// What is known of both queries.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) query: Option<QueryNode>,
    pub(super) having: Option<QueryNode>,
    pub(super) total: Option<u64>,
    pub(super) why: Option<WhyThing>,
    pub(super) as_of: Option<Timestamp>,
}

impl From<Part> for QueryNode {
    fn from(part: Part) -> Self {
        Self {
            kind: part.kind,
            offset: part.span.offset,
            length: part.span.length,
            count: part.counted.map(|counted| counted.count),
            count_is_all: true,
            micros: part.counted.map(|Counted { time, .. }| micros(time)),
            why: part.why.map(WhyNode::from),
            nodes: part.parts.into_iter().map(Self::from).collect(),
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// `id`: of an asset or a patch, or a CVE.
pub(super) async fn in_index(
    app: &Arc<AppState>,
    query: &Query,
    having: Option<&Query>,
    id: Option<&str>,
) -> Result<Tree, ApiError> {
    app.index_ready()?;
    let thing = id.map(|id| thing(query.entity, id)).transpose()?;
    let (asked, query, having) = (Arc::clone(app), query.clone(), having.cloned());
    let explained = blocking(move || {
        // Every user sees everything: there are no roles with a scope yet.
        let scope = Scope::Everything;
        let deadline = Deadline(Some(Instant::now() + LIMIT));
        let question = Question { query: &query, having: having.as_ref(), scope: &scope, deadline };
        asked.fleet.index.explain(&question, thing.as_ref())
    });
    let explained = explained.await??;
    let why = match explained.thing {
        None => None,
        Some(thing) => Some(WhyThing::new(app, thing).await?),
    };
    Ok(Tree {
        query: Some(explained.query.into()),
        having: explained.having.map(QueryNode::from),
        total: explained.total.map(|total| total.count),
        why,
        as_of: Some(explained.as_of),
    })
}

fn thing(entity: Entity, id: &str) -> Result<ThingId, ApiError> {
    match entity {
        Entity::Vulnerability => Ok(ThingId::Name(id.to_owned())),
        Entity::Component => Err(ApiError::invalid_field("id", "components have no ids")),
        _ => id.parse().map(ThingId::Uuid).map_err(|_| ApiError::invalid_field("id", "an id is a UUID")),
    }
}

/// What a part of a query about a history finds, and whether the one thing is among it.
type Answered = (Count, Duration, Option<bool>);

/// `id`: of a deployment, or the number of a record.
pub(super) async fn in_database(
    app: &Arc<AppState>,
    context: &Context,
    query: &Query,
    id: Option<&str>,
) -> Result<Tree, ApiError> {
    let only = id.map(|id| only(context, id)).transpose()?;
    let mut all = Vec::new();
    each_alone(&query.root, &mut Vec::new(), &mut all);
    let begun = Instant::now();
    let assets = related_assets(app, &all).await?;
    let mut questions = app.fleet.database.questions(LIMIT.saturating_sub(begun.elapsed())).await?;
    let is_there = match &only {
        None => true,
        Some(only) => count(&mut questions, query.entity, only, &assets).await?.number > 0,
    };
    let mut answers: Vec<Option<Answered>> = Vec::new();
    let mut is_over = false;
    for part in &all {
        let answer = if is_over {
            Err(QuestionError::Timeout)
        } else {
            answered(&mut questions, query.entity, (part, only.as_ref()), &assets).await
        };
        match answer {
            Ok(answer) => answers.push(Some(answer)),
            // What was interrupted may not be asked further.
            Err(QuestionError::Timeout) => {
                is_over = true;
                answers.push(None);
            }
            Err(error) => return Err(error.into()),
        }
    }
    questions.end().await?;
    if !is_there {
        return Err(ApiError::not_found("thing in this list"));
    }
    let (total, holds) = match answers.first() {
        Some(Some((count, _, holds))) => (Some(count.number), *holds),
        _ => (None, None),
    };
    let node = node(&query.root, &mut answers.into_iter());
    let why = only.map(|_| WhyThing { holds, findings: Vec::new() });
    Ok(Tree { query: Some(node), total, why, ..Tree::default() })
}

/// Each part as a query of its own, the whole first.
fn each_alone<'q>(expression: &'q Expression, around: &mut Vec<Around<'q>>, all: &mut Vec<Expression>) {
    all.push(alone(expression, around));
    let (inner, group) = parts(expression);
    around.extend(group);
    for part in inner {
        each_alone(part, around, all);
    }
    if group.is_some() {
        around.pop();
    }
}

fn node(expression: &Expression, answers: &mut impl Iterator<Item = Option<Answered>>) -> QueryNode {
    let answer = answers.next().flatten();
    QueryNode {
        kind: PartKind::of(&expression.form),
        offset: expression.span.offset,
        length: expression.span.length,
        count: answer.map(|(count, ..)| count.number),
        count_is_all: answer.is_none_or(|(count, ..)| count.is_all),
        micros: answer.map(|(_, time, _)| micros(time)),
        why: answer.and_then(|(.., holds)| holds).map(WhyNode::of),
        nodes: parts(expression).0.iter().map(|part| node(part, answers)).collect(),
    }
}

async fn answered(
    questions: &mut Questions,
    entity: Entity,
    (part, only): (&Expression, Option<&Expression>),
    assets: &RelatedAssets,
) -> Result<Answered, QuestionError> {
    let start = Instant::now();
    let counted = count(questions, entity, part, assets).await?;
    let time = start.elapsed();
    let holds = match only {
        None => None,
        Some(only) => {
            let both = Form::And(vec![only.clone(), part.clone()]);
            let both = Expression { span: part.span, form: both };
            Some(count(questions, entity, &both, assets).await?.number > 0)
        }
    };
    Ok((counted, time, holds))
}

async fn count(
    questions: &mut Questions,
    entity: Entity,
    expression: &Expression,
    assets: &RelatedAssets,
) -> Result<Count, QuestionError> {
    questions.count(&Asked { entity, expression, within: Within::default(), assets }, Some(COUNTED)).await
}

/// Holds for the one thing alone.
fn only(context: &Context, id: &str) -> Result<Expression, ApiError> {
    let refused = |what| ApiError::invalid_field("id", what);
    let text = if context.entity == Entity::Audit {
        let number: u64 = id.parse().map_err(|_| refused("the id of a record is its number"))?;
        format!("seq:{number}")
    } else {
        let id: uuid::Uuid = id.parse().map_err(|_| refused("an id is a UUID"))?;
        format!("id:{id}")
    };
    Ok(fettle_qql::check(&text, context)?.root)
}
