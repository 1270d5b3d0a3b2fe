//! Queries that narrow the lists of the console: filters, facets and columns stay what they are.

use std::sync::Arc;
use std::time::Instant;

use fettle_index::Index;
use fettle_index::ask::{AskError, Deadline, Question, Scope};
use fettle_qql::token::TokenId;
use fettle_qql::typed::{Expression, Form};
use fettle_qql::{Context, Entity, Query, check, check_having};
use rustc_hash::FxHashSet;

use super::ask::blocking;
use super::error::ApiError;
use super::query::{LIMIT, zone};
use crate::state::AppState;

/// A query beside the filters of a list.
#[derive(Debug)]
pub(super) struct Narrowing {
    query: Query,
    having: Option<Query>,
}

/// As they were sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texts<'a> {
    pub(super) query: Option<&'a str>,
    pub(super) having: Option<&'a str>,
    /// Of dates that name no zone.
    pub(super) tz: Option<&'a str>,
}

/// Which things a query found.
type Ids<T> = fn(&Index, &Question<'_>) -> Result<Vec<T>, AskError>;

impl Narrowing {
    /// None: neither query says anything.
    pub(super) fn read(app: &AppState, entity: Entity, asked: Texts<'_>) -> Result<Option<Self>, ApiError> {
        let is_said = |text: &&str| !text.trim().is_empty();
        let (query, having) = (asked.query.filter(is_said), asked.having.filter(is_said));
        if query.is_none() && having.is_none() {
            return Ok(None);
        }
        let context = Context::new(entity, app.fleet.index.as_of(), zone(asked.tz)?);
        let having = having.map(|text| check_having(text, &context)).transpose()?;
        Ok(Some(Self { query: check(query.unwrap_or_default(), &context)?, having }))
    }

    /// Does the query speak of one of the tokens? Then it decides, and no filter that the list has by default.
    pub(super) fn speaks_of(&self, tokens: &[TokenId]) -> bool {
        speaks_of(&self.query.root, tokens)
    }

    pub(super) async fn ids<T: std::hash::Hash + Eq + Send + 'static>(
        self,
        app: Arc<AppState>,
        ids: Ids<T>,
    ) -> Result<FxHashSet<T>, ApiError> {
        let found = blocking(move || {
            let scope = Scope::Everything;
            let deadline = Deadline(Some(Instant::now() + LIMIT));
            let question = Question { query: &self.query, having: self.having.as_ref(), scope: &scope, deadline };
            ids(&app.fleet.index, &question)
        });
        Ok(found.await??.into_iter().collect())
    }
}

pub(super) fn speaks_of(expression: &Expression, tokens: &[TokenId]) -> bool {
    match &expression.form {
        Form::And(parts) | Form::Or(parts) => parts.iter().any(|part| speaks_of(part, tokens)),
        Form::Not(inner) => speaks_of(inner, tokens),
        Form::Leaf(leaf) => tokens.contains(&leaf.token.id),
        Form::All | Form::Free(_) | Form::Related(_) | Form::Elements(_) => false,
    }
}
