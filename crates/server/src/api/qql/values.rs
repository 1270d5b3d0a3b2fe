//! Values that are seen in the fleet, for completions: from the index, or from the database for histories.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fettle_index::ask::{AskError, Deadline, Scope};
use fettle_qql::complete::Values;
use fettle_qql::order::{DateInterval, GroupOrder};
use fettle_qql::text::folded;
use fettle_qql::token::{Grouping as Groupable, Kind, TokenDefinition};
use fettle_qql::typed::{Expression, Form};
use fettle_qql::{Entity, span::Span};
use fettle_store::query::{Asked, GroupBy, GroupValue, Groups, QuestionError, RelatedAssets, Within};
use jiff::tz::TimeZone;

use crate::api::ask::blocking;
use crate::api::error::ApiError;
use crate::state::AppState;

/// As long as people wait for a completion (`qql.md` 6). What takes longer is left out of it.
const LIMIT: Duration = Duration::from_millis(100);
/// Values of a history that are looked through for those that begin so.
const MOST: usize = 1_000;

/// Values that are wanted.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    token: &'static TokenDefinition,
    prefix: String,
    limit: usize,
}

/// Knows no values, and notes which are asked for.
#[derive(Debug, Default)]
pub(super) struct Noted(RefCell<Option<Wanted>>);

impl Noted {
    pub(super) fn wanted(self) -> Option<Wanted> {
        self.0.into_inner()
    }
}

impl Values for Noted {
    fn commonest(&self, token: &'static TokenDefinition, prefix: &str, limit: usize) -> Option<Vec<(String, u64)>> {
        self.0.replace(Some(Wanted { token, prefix: prefix.to_owned(), limit }));
        None
    }
}

/// What was found of the values that were asked for.
#[derive(Debug)]
pub(super) struct Known(pub(super) Option<Vec<(String, u64)>>);

impl Values for Known {
    fn commonest(&self, _: &'static TokenDefinition, _: &str, _: usize) -> Option<Vec<(String, u64)>> {
        self.0.clone()
    }
}

/// `None`: they are not known, or not within the time.
pub(super) async fn commonest(app: &Arc<AppState>, wanted: &Wanted) -> Result<Option<Vec<(String, u64)>>, ApiError> {
    match wanted.token.id.entity() {
        Entity::Deployment | Entity::Audit => of_history(app, wanted).await,
        _ if app.index_ready().is_err() => Ok(None),
        _ => {
            let (app, wanted) = (Arc::clone(app), wanted.clone());
            let found = blocking(move || {
                // Every user sees everything: there are no roles with a scope yet.
                let deadline = Deadline(Some(Instant::now() + LIMIT));
                let asked = (wanted.prefix.as_str(), wanted.limit);
                app.fleet.index.ask_values(wanted.token, asked, &Scope::Everything, deadline)
            });
            match found.await? {
                Err(AskError::TookTooLong) => Ok(None),
                found => Ok(found?),
            }
        }
    }
}

async fn of_history(app: &AppState, wanted: &Wanted) -> Result<Option<Vec<(String, u64)>>, ApiError> {
    let token = wanted.token;
    let is_chosen_from = matches!(token.kind, Kind::Text | Kind::Keyword | Kind::Enum(_) | Kind::Bool);
    if !is_chosen_from || token.grouping == Groupable::NotGroupable {
        return Ok(None);
    }
    let everything = Expression { span: Span::default(), form: Form::All };
    let entity = token.id.entity();
    let assets = RelatedAssets::new();
    let asked = Asked { entity, expression: &everything, within: Within::default(), assets: &assets };
    let grouping = GroupBy {
        tokens: vec![token],
        interval: DateInterval::Day,
        zone: TimeZone::UTC,
        order: GroupOrder::Count,
        limit: MOST,
        measures: Vec::new(),
    };
    let mut questions = app.fleet.database.questions(LIMIT).await?;
    let groups = match questions.groups(&asked, &grouping).await {
        Err(QuestionError::Timeout) => return Ok(None),
        groups => groups?,
    };
    questions.end().await?;
    Ok(Some(beginning_so(groups, wanted)))
}

fn beginning_so(groups: Groups, wanted: &Wanted) -> Vec<(String, u64)> {
    let prefix = folded(&wanted.prefix);
    let values = groups.groups.into_iter().filter_map(|group| match group.values.into_iter().next()? {
        GroupValue::Text(text) => Some((text, group.count)),
        GroupValue::Bool(flag) => Some((flag.to_string(), group.count)),
        GroupValue::Int(_) | GroupValue::Date(_) | GroupValue::Null => None,
    });
    values.filter(|(value, _)| folded(value).starts_with(&prefix)).take(wanted.limit).collect()
}
