//! What lists share that the database answers with QQL (`qql.md` 4): query, order, page, number, groups.

use std::sync::Arc;
use std::time::{Duration, Instant};

use fettle_qql::measure::{self, Figure};
use fettle_qql::order::{self, DateInterval};
use fettle_qql::token::Vocabulary;
use fettle_qql::{Context, Entity, Invalid, Query};
use fettle_store::query::{Asked, Cursor, GroupBy, GroupOrder, GroupValue, QuestionError, Questions, RowId, Within};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::fields::Field;
use super::related_assets::related_assets;
use crate::state::AppState;

/// How long a query may take.
pub(super) const LIMIT: Duration = Duration::from_secs(5);
/// As far as rows are counted beside a page.
pub(super) const COUNTED: u64 = 10_000;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct QueryParameters {
    /// QQL; what is found. Nothing finds everything.
    #[serde(default)]
    pub query: String,
    /// A second query, about the other side of findings: patches for assets, assets for patches and vulnerabilities.
    pub having_query: Option<String>,
    /// Up to three sortable tokens: `time:desc,actor`, or `[{"time":"desc"},{"actor":"asc"}]`. The newest first.
    pub sort: Option<String>,
    /// 1–1,000; 50, and 10 of groups.
    pub limit: Option<usize>,
    /// `next` of the page before, in the same order.
    pub after: Option<String>,
    /// IANA name of the zone of dates that name none; UTC.
    pub tz: Option<String>,
    /// Names of fields of the rows, with commas between: the rows have these alone. Inside a field: `cvss.score`.
    pub fields: Option<String>,
    /// The number alone, of all that is found.
    #[serde(default)]
    pub count: bool,
    /// One or two groupable tokens: numbers by their values, and no rows.
    pub group_by: Option<String>,
    /// Of dates that are grouped by: `day`, `week`, `month`, `quarter` or `year`; `day`.
    pub interval: Option<String>,
    /// Up to three figures of each group, or of all that is found: `avg:missingPatchCount,max:lastCheckedIn`. `min`, `max` and
    /// `avg` of numbers, `min` and `max` of dates, over the things that have a value.
    pub measures: Option<String>,
    /// `count` (the largest group first) or `value`; `count`.
    pub group_order: Option<String>,
}

/// Of dates that name none: UTC, or the zone that was asked for.
pub(super) fn zone(name: Option<&str>) -> Result<TimeZone, ApiError> {
    match name.filter(|name| !name.is_empty()) {
        None => Ok(TimeZone::UTC),
        Some(name) => TimeZone::get(name)
            .map_err(|_| ApiError::invalid_field("tz", "a zone is an IANA name such as `Europe/Oslo`")),
    }
}

/// What a query found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found<T> {
    /// A page; empty with `count` and `groupBy`.
    pub items: Vec<T>,
    pub total: u64,
    /// False: there are more than `total`, which is as far as was counted.
    pub total_is_all: bool,
    pub next: Option<String>,
    /// With `groupBy`; with `measures` alone one of everything.
    pub groups: Option<Vec<GroupRow>>,
    /// In groups that are not told, where there are some; a thing with several values counts in each.
    pub other: Option<u64>,
    /// The instant that `now` was.
    pub as_of: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct GroupRow {
    /// One for each token: text, number, true or false, the first day of an interval, or null.
    #[schema(value_type = Vec<Object>)]
    pub values: Vec<serde_json::Value>,
    pub count: u64,
    /// With `measures`, one for each: a number, an instant, or null where nothing has a value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub measures: Vec<Option<Figure>>,
}

/// Parameters that make sense.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) query: Query,
    pub(super) sort: Vec<order::SortKey>,
    pub(super) limit: usize,
    pub(super) after: Option<String>,
    pub(super) count: bool,
    pub(super) having: Option<Query>,
    /// Of the rows; all.
    pub(super) fields: Option<Vec<Field>>,
    /// By which a cursor knows its list.
    pub(super) order: String,
    /// How far rows are counted.
    counted: Option<u64>,
    pub(super) grouping: Option<GroupBy>,
    as_of: Timestamp,
}

impl QueryParameters {
    pub(super) fn read(&self, entity: Entity, now: Timestamp) -> Result<Request, ApiError> {
        let zone = zone(self.tz.as_deref())?;
        let context = Context::new(entity, now, zone.clone());
        let query = fettle_qql::check(&self.query, &context)?;
        let having = self.having_query.as_deref().filter(|text| !text.is_empty());
        let having = having.map(|text| fettle_qql::check_having(text, &context)).transpose()?;
        let sort = order::sort(self.sort.as_deref().unwrap_or_default(), entity, Vocabulary::FETTLE)?;
        let tokens = order::group_by(self.group_by.as_deref().unwrap_or_default(), entity, Vocabulary::FETTLE)?;
        let measures = measure::measures(self.measures.as_deref().unwrap_or_default(), entity, Vocabulary::FETTLE)?;
        let limit @ 1..=1_000 = self.limit.unwrap_or(if tokens.is_empty() { 50 } else { 10 }) else {
            return Err(ApiError::invalid_field("limit", "there are 1 to 1,000 at once"));
        };
        let interval = DateInterval::named(self.interval.as_deref().unwrap_or("day"));
        let interval = interval
            .ok_or_else(|| ApiError::invalid_field("interval", "an interval is day, week, month, quarter or year"))?;
        let group_order = match self.group_order.as_deref().unwrap_or("count") {
            "count" => GroupOrder::Count,
            "value" => GroupOrder::Value,
            _ => return Err(ApiError::invalid_field("groupOrder", "groups are in the order of `count` or `value`")),
        };
        let grouping = GroupBy { tokens, interval, zone, order: group_order, limit, measures };
        let after = self.after.clone().filter(|after| !after.is_empty());
        Ok(Request {
            query,
            sort,
            limit,
            after,
            count: self.count,
            having,
            fields: Field::chosen(entity, self.fields.as_deref())?,
            order: self.sort.clone().unwrap_or_default(),
            counted: (!self.count).then_some(COUNTED),
            grouping: Some(grouping).filter(|by| !by.tokens.is_empty() || !by.measures.is_empty()),
            as_of: now,
        })
    }
}

impl Request {
    /// For a list that is never so long that counting it takes long.
    pub(super) fn counting_all(self) -> Self {
        Self { counted: None, ..self }
    }

    /// For rows alone.
    pub(super) fn uncounted(self) -> Self {
        Self { counted: Some(0), ..self }
    }

    /// Asks the database; `load` makes rows of the ids that were found, in their order and from the same state.
    pub(super) async fn answer<T, L>(
        self,
        app: &Arc<AppState>,
        within: Within<'_>,
        load: L,
    ) -> Result<Found<T>, ApiError>
    where
        L: AsyncFnOnce(&mut Questions, Vec<RowId>) -> Result<Vec<T>, ApiError>,
    {
        let after = self.after.as_deref().map(str::parse::<Cursor>).transpose()?;
        let begun = Instant::now();
        let assets = related_assets(app, [&self.query.root]).await?;
        let asked = Asked { entity: self.query.entity, expression: &self.query.root, within, assets: &assets };
        let mut questions = app.fleet.database.questions(LIMIT.saturating_sub(begun.elapsed())).await?;
        let total = questions.count(&asked, self.counted).await?;
        let mut found = Found {
            items: Vec::new(),
            total: total.number,
            total_is_all: total.is_all,
            next: None,
            groups: None,
            other: None,
            as_of: self.as_of,
        };
        if let Some(grouping) = &self.grouping {
            let groups = questions.groups(&asked, grouping).await?;
            let row = |group: fettle_store::query::Group| GroupRow {
                values: group.values.into_iter().map(group_value).collect(),
                count: group.count,
                measures: group.figures,
            };
            found.groups = Some(groups.groups.into_iter().map(row).collect());
            found.other = groups.other;
        } else if !self.count {
            let page = questions.page(&asked, &self.sort, self.limit, after.as_ref()).await?;
            found.next = page.next.map(|next| next.to_string());
            found.items = load(&mut questions, page.ids).await?;
        }
        questions.end().await?;
        Ok(found)
    }
}

fn group_value(value: GroupValue) -> serde_json::Value {
    match value {
        GroupValue::Bool(value) => value.into(),
        GroupValue::Int(value) => value.into(),
        GroupValue::Date(date) => date.to_string().into(),
        GroupValue::Text(text) => text.into(),
        GroupValue::Null => serde_json::Value::Null,
    }
}

impl From<QuestionError> for ApiError {
    fn from(error: QuestionError) -> Self {
        match error {
            QuestionError::Timeout => Self::query_timeout(LIMIT),
            QuestionError::Cursor => Self::invalid_field("after", error.to_string()),
            QuestionError::NotHere(_) => Self::internal(error),
            QuestionError::Store(error) => Self::internal(error),
        }
    }
}

impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::invalid_query(invalid)
    }
}
