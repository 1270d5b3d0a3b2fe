//! What each part of a query finds by itself (`qql.md` 7): how many of the things that are listed, and in what time.
//!
//! A part inside a group is counted with the groups around it: of `patches:(isSecurity:true and patchStatus:Missing)` the
//! part `isSecurity:true` finds the assets of `patches:(isSecurity:true)`. A part of the second query is counted beside
//! an empty first one.

use std::time::{Duration, Instant};

use fettle_model::{AssetId, PatchId};
use fettle_qql::Entity;
use fettle_qql::parts::{Around, PartKind, alone, parts};
use fettle_qql::span::Span;
use fettle_qql::typed::Expression;
use jiff::Timestamp;

use super::asking::Asking;
use super::deadline::AskError;
use super::matching::{Found, Question};
use super::order::ThingId;
use super::resolved::Resolved;
use super::why::{Subject, Why};
use crate::{Index, POISONED};

/// What a question finds, part by part.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Of both queries together; `None`: the time was over before.
    pub total: Option<Counted>,
    pub query: Part,
    pub having: Option<Part>,
    /// Of the one thing that was asked for.
    pub thing: Option<ExplainedThing>,
    pub as_of: Timestamp,
}

/// A part of a query, as it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub span: Span,
    pub kind: PartKind,
    /// `None`: the time was over before.
    pub counted: Option<Counted>,
    /// Of the one thing that was asked for.
    pub why: Option<Why>,
    pub parts: Vec<Self>,
}

/// How many things were found, and how long that took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub count: u64,
    pub time: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedThing {
    /// Both queries together find it; `None`: the time was over before.
    pub holds: Option<bool>,
    /// Findings for which the queries, or a group in them, hold: at most [`super::why::MAX_PAIRS`].
    pub pairs: Vec<(AssetId, PatchId)>,
}

/// Which of the two queries a part belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Query,
    Having,
}

struct Explaining<'e, 's> {
    asking: &'e Asking<'s>,
    entity: Entity,
    subject: Option<Subject>,
}

impl Index {
    /// Works every part out by itself. What the deadline leaves no time for is not counted.
    pub fn explain(&self, question: &Question<'_>, thing: Option<&ThingId>) -> Result<Explained, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let entity = question.query.entity;
        super::matching::listed(entity)?;
        let subject = thing.map(|id| asking.subject(entity, id).ok_or(AskError::NotThere)).transpose()?;
        let explaining = Explaining { asking: &asking, entity, subject };
        let whole = timed(|| asking.matching(question))?;
        let side = |root, side| explaining.part(root, side, &mut Vec::new());
        let query = side(&question.query.root, Side::Query)?;
        let having = question.having.map(|having| side(&having.root, Side::Having)).transpose()?;
        let thing = match subject {
            None => None,
            Some(subject) => Some(ExplainedThing {
                holds: whole.as_ref().map(|(found, _)| subject.is_in(found)),
                pairs: in_time(asking.pairs_of(subject, question))?.unwrap_or_default(),
            }),
        };
        Ok(Explained { total: whole.map(|(_, counted)| counted), query, having, thing, as_of: shared.as_of })
    }
}

/// `None`: the time was over.
fn in_time<T>(answer: Result<T, AskError>) -> Result<Option<T>, AskError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(AskError::TookTooLong) => Ok(None),
        Err(error) => Err(error),
    }
}

fn timed(find: impl FnOnce() -> Result<Found, AskError>) -> Result<Option<(Found, Counted)>, AskError> {
    let start = Instant::now();
    let found = in_time(find())?;
    Ok(found.map(|found| {
        let counted = Counted { count: found.len(), time: start.elapsed() };
        (found, counted)
    }))
}

impl Explaining<'_, '_> {
    fn part<'q>(&self, expression: &'q Expression, side: Side, around: &mut Vec<Around<'q>>) -> Result<Part, AskError> {
        let by_itself = alone(expression, around);
        let found = timed(|| {
            let resolved = self.asking.resolve(&by_itself)?;
            match side {
                Side::Query => self.asking.found(self.entity, resolved, None),
                Side::Having => self.asking.found(self.entity, Resolved::Constant(true), Some(resolved)),
            }
        })?;
        let why = match (self.subject, &found) {
            (Some(subject), Some((found, _))) => {
                let holds = subject.is_in(found);
                // Inside a group, and in the second query, other things are spoken of.
                let is_own = side == Side::Query && around.is_empty();
                let told = if is_own { self.asking.why(subject, &expression.form, holds) } else { Ok(Why::of(holds)) };
                in_time(told)?
            }
            _ => None,
        };
        let (inner, group) = parts(expression);
        around.extend(group);
        let parts = inner.iter().map(|part| self.part(part, side, around)).collect::<Result<_, _>>()?;
        if group.is_some() {
            around.pop();
        }
        let counted = found.map(|(_, counted)| counted);
        Ok(Part { span: expression.span, kind: PartKind::of(&expression.form), counted, why, parts })
    }
}
