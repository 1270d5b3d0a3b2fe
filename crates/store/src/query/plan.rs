//! A typed query as conditions, and as what has to be asked of each row beside them.

use std::collections::HashSet;
use std::sync::Arc;

use fettle_model::AssetId;
use fettle_qql::text::{Phrase, WordMatcher};
use fettle_qql::token::{Entity, TokenId};
use fettle_qql::typed::{Expression, Form, Free, Related};
use sea_query::{Expr, ExprTrait as _};

use super::column::Column;
use super::condition::Condition;
use super::leaf;
use super::{Asked, QuestionError, RelatedAssets, audit, deployment, pattern};
use crate::database::Backend;

/// Asset ids that are written into a statement; more are looked up here, row by row.
const MAX_ASSETS: usize = 500;

#[derive(Debug)]
pub(super) enum Plan {
    /// SQL says it all.
    Exact(Condition),
    /// `upper` holds for these rows, and for others, which `check` tells apart.
    Check {
        upper: Condition,
        check: Check,
    },
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
}

/// What is asked of one column here.
#[derive(Debug)]
pub(super) enum Check {
    /// One of the phrases stands in the key of a `text`.
    Phrases {
        key: Expr,
        phrases: Vec<Phrase>,
    },
    /// The value in NFC is one of these texts.
    Exactly {
        value: Expr,
        texts: Vec<String>,
    },
    Assets {
        asset: Expr,
        assets: Arc<HashSet<AssetId>>,
    },
}

impl Plan {
    /// Holds for every row that is wanted.
    pub(super) fn upper(&self) -> Condition {
        match self {
            Self::Exact(condition) | Self::Check { upper: condition, .. } => condition.clone(),
            Self::And(parts) => Condition::all(parts.iter().map(Self::upper)),
            Self::Or(parts) => Condition::any(parts.iter().map(Self::upper)),
            Self::Not(inner) => inner.lower().not(),
        }
    }

    /// Holds for no row that is not wanted.
    fn lower(&self) -> Condition {
        match self {
            Self::Exact(condition) => condition.clone(),
            Self::Check { .. } => Condition::Never,
            Self::And(parts) => Condition::all(parts.iter().map(Self::lower)),
            Self::Or(parts) => Condition::any(parts.iter().map(Self::lower)),
            Self::Not(inner) => inner.upper().not(),
        }
    }

    pub(super) const fn is_exact(&self) -> bool {
        matches!(self, Self::Exact(_))
    }

    /// The exact parts of both become one condition.
    fn joined(parts: Vec<Self>, conditions: fn(Vec<Condition>) -> Condition, plans: fn(Vec<Self>) -> Self) -> Self {
        let (mut exact, mut others) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Self::Exact(condition) => exact.push(condition),
                other => others.push(other),
            }
        }
        let condition = conditions(exact);
        if others.is_empty() {
            return Self::Exact(condition);
        }
        others.insert(0, Self::Exact(condition));
        plans(others)
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        Self::joined(parts, Condition::any, Self::Or)
    }

    fn all(parts: Vec<Self>) -> Self {
        Self::joined(parts, Condition::all, Self::And)
    }

    fn not(self) -> Self {
        match self {
            Self::Exact(condition) => Self::Exact(condition.not()),
            other => Self::Not(Box::new(other)),
        }
    }
}

/// Makes plans for one entity on one database.
#[derive(Clone, Copy)]
pub(super) struct Planner<'q> {
    pub(super) entity: Entity,
    pub(super) backend: Backend,
    assets: &'q RelatedAssets,
}

impl<'q> Planner<'q> {
    pub(super) const fn new(asked: &Asked<'q>, backend: Backend) -> Self {
        Self { entity: asked.entity, backend, assets: asked.assets }
    }

    pub(super) fn table(&self) -> Result<&'static str, QuestionError> {
        match self.entity {
            Entity::Audit => Ok(audit::TABLE),
            Entity::Deployment => Ok(deployment::TABLE),
            other @ (Entity::Asset | Entity::Patch | Entity::Vulnerability | Entity::Component) => {
                Err(QuestionError::NotHere(other.plural()))
            }
        }
    }

    pub(super) fn plan(&self, expression: &Expression) -> Result<Plan, QuestionError> {
        let plans = |parts: &[Expression]| parts.iter().map(|part| self.plan(part)).collect::<Result<Vec<_>, _>>();
        Ok(match &expression.form {
            Form::All => Plan::Exact(Condition::Always),
            Form::And(parts) => Plan::all(plans(parts)?),
            Form::Or(parts) => Plan::any(plans(parts)?),
            Form::Not(inner) => self.plan(inner)?.not(),
            Form::Leaf(leaf) => leaf::plan(&column(leaf.token.id)?, &leaf.test, self.backend)?,
            Form::Free(free) => self.free(free)?,
            Form::Related(related) => self.related(related)?,
            Form::Elements(elements) => return Err(QuestionError::NotHere(elements.token.name)),
        })
    }

    /// In one key where there is one for all that is searched, else in each.
    fn free(&self, free: &Free) -> Result<Plan, QuestionError> {
        match (&free.asked.matcher, self.entity) {
            (WordMatcher::AnyOf(phrases), Entity::Audit) => {
                Ok(leaf::phrases(&Expr::col((audit::TABLE, audit::SEARCH)), phrases.iter(), |condition| condition))
            }
            (matcher, _) => {
                let plan = |token: &&'static fettle_qql::token::TokenDefinition| {
                    leaf::as_text(&column(token.id)?, std::slice::from_ref(&matcher))
                };
                Ok(Plan::any(free.tokens.iter().map(plan).collect::<Result<_, _>>()?))
            }
        }
    }

    fn related(&self, related: &Related) -> Result<Plan, QuestionError> {
        let assets = self.assets.get(&related.inner.span);
        let (Entity::Deployment, Entity::Asset, Some(assets)) = (self.entity, related.entity, assets) else {
            return Err(QuestionError::NotHere(related.token.name));
        };
        let asset = Expr::col((deployment::TABLE, "asset"));
        Ok(match assets.len() {
            0 => Plan::Exact(Condition::Never),
            1..=MAX_ASSETS => Plan::Exact(Condition::Is(asset.is_in(assets.iter().map(|asset| asset.uuid())))),
            _ => Plan::Check { upper: Condition::Always, check: Check::Assets { asset, assets: Arc::clone(assets) } },
        })
    }
}

pub(super) fn column(token: TokenId) -> Result<Column, QuestionError> {
    match token {
        TokenId::Audit(token) => Ok(audit::column(token)),
        TokenId::Deployment(token) => deployment::column(token).ok_or(QuestionError::NotHere("assets")),
        TokenId::Asset(_) | TokenId::Patch(_) | TokenId::Vulnerability(_) | TokenId::Component(_) => {
            Err(QuestionError::NotHere(token.entity().plural()))
        }
    }
}

/// Used by [`leaf`] for whole keys.
pub(super) fn any_whole<'p>(key: &Expr, patterns: impl Iterator<Item = &'p fettle_qql::text::Pattern>) -> Condition {
    let (mut literals, mut others) = (Vec::new(), Vec::new());
    for one in patterns {
        match one.literal().filter(|literal| !literal.contains('\0')) {
            Some(literal) => literals.push(literal),
            None => others.push(pattern::whole(key, one)),
        }
    }
    if !literals.is_empty() {
        others.push(Condition::Is(key.clone().is_in(literals)));
    }
    Condition::any(others)
}
