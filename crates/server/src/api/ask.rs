//! Lists that the index answers with QQL: everything that exists once per asset or per entry of the catalogue.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use fettle_index::Index;
use fettle_index::ask::{
    Answer, AskError, ComponentRow as IndexComponent, Deadline, Group, Order, Position, Question, Scope,
};
use fettle_index::query::{PatchRow as IndexPatch, VulnerabilityRow as IndexVulnerability};
use fettle_qql::Entity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::assets::row::AssetRow;
use super::error::{ApiError, Parameters};
use super::fields::Row;
use super::patches::row::{PatchRow, row};
use super::query::{Found, GroupRow, LIMIT, QueryParameters, Request};
use super::turns::Turn;
use super::vulnerabilities::VulnerabilityRow;
use crate::state::AppState;

/// A distinct component, and how many assets have it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComponentRow {
    pub kind: String,
    pub name: String,
    pub version: Option<String>,
    /// Its fields as an agent sends them, the kind first.
    #[schema(value_type = Vec<Object>)]
    pub fields: Vec<fettle_model::component::Field>,
    pub asset_count: u64,
}

impl From<IndexComponent> for ComponentRow {
    fn from(row: IndexComponent) -> Self {
        Self {
            kind: row.component.kind().to_owned(),
            name: row.component.name().into_owned(),
            version: row.version,
            fields: row.component.to_array(),
            asset_count: row.assets,
        }
    }
}

/// Assets for which the query holds; sorted by name where no order is given.
#[utoipa::path(get, path = "/v1/query/assets", tag = "query", params(QueryParameters),
    responses((status = 200, body = Found<AssetRow>)))]
pub async fn assets(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<QueryParameters>,
) -> Result<Json<Found<Row<AssetRow>>>, ApiError> {
    list(app, asked, Entity::Asset, Index::ask_assets, AppState::asset_rows).await
}

/// Patches for which the query holds, hidden and replaced ones too; those that most assets miss come first where no order
/// is given.
#[utoipa::path(get, path = "/v1/query/patches", tag = "query", params(QueryParameters),
    responses((status = 200, body = Found<PatchRow>)))]
pub async fn patches(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<QueryParameters>,
) -> Result<Json<Found<Row<PatchRow>>>, ApiError> {
    list(app, asked, Entity::Patch, Index::ask_patches, patch_rows).await
}

/// Vulnerabilities for which the query holds; those that most assets are exposed to come first where no order is given.
#[utoipa::path(get, path = "/v1/query/vulnerabilities", tag = "query", params(QueryParameters),
    responses((status = 200, body = Found<VulnerabilityRow>)))]
pub async fn vulnerabilities(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<QueryParameters>,
) -> Result<Json<Found<Row<VulnerabilityRow>>>, ApiError> {
    list(app, asked, Entity::Vulnerability, Index::ask_vulnerabilities, vulnerability_rows).await
}

/// Distinct components for which the query holds; those that most assets have come first where no order is given.
#[utoipa::path(get, path = "/v1/query/components", tag = "query", params(QueryParameters),
    responses((status = 200, body = Found<ComponentRow>)))]
pub async fn components(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<QueryParameters>,
) -> Result<Json<Found<Row<ComponentRow>>>, ApiError> {
    list(app, asked, Entity::Component, Index::ask_components, component_rows).await
}

pub(super) fn patch_rows(_: &AppState, rows: Vec<IndexPatch>) -> Vec<PatchRow> {
    rows.into_iter().map(|found| row(found.entry, found.count, found.is_superseded)).collect()
}

pub(super) fn vulnerability_rows(_: &AppState, rows: Vec<IndexVulnerability>) -> Vec<VulnerabilityRow> {
    rows.into_iter().map(VulnerabilityRow::from).collect()
}

pub(super) fn component_rows(_: &AppState, rows: Vec<IndexComponent>) -> Vec<ComponentRow> {
    rows.into_iter().map(ComponentRow::from).collect()
}

/// The order of a list for which none is asked.
const fn default_order(entity: Entity) -> &'static str {
    match entity {
        Entity::Asset => "name",
        // Of those that as many lack the worst, and of those the newest.
        Entity::Patch => "missingCount:desc,vendorSeverity:desc,publishedDate:desc",
        Entity::Vulnerability => "affectedAssetCount:desc",
        Entity::Component => "assetCount:desc",
        // Of histories the newest come first.
        Entity::Deployment | Entity::Audit => "",
    }
}

/// Asks the index for a page.
pub(super) type Page<Row> = for<'i, 'q> fn(&'i Index, &Question<'q>, &Order<'q>) -> Result<Answer<Row>, AskError>;

/// A place in a list, and the order of the list.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    #[serde(rename = "o")]
    order: String,
    #[serde(rename = "p")]
    place: Position,
}

impl Cursor {
    fn read(text: &str, request: &Request) -> Result<Position, ApiError> {
        let refused = || ApiError::invalid_field("after", "this is no cursor of this list in this order");
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())?;
        let cursor: Self = serde_json::from_slice(&bytes).map_err(|_| refused())?;
        let is_of_list = cursor.order == request.order && cursor.place.values.len() == request.sort.len();
        if is_of_list { Ok(cursor.place) } else { Err(refused()) }
    }

    fn write(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).expect("a place is JSON"))
    }
}

/// Of a list that the index answers.
pub(super) fn request(app: &AppState, mut asked: QueryParameters, entity: Entity) -> Result<Request, ApiError> {
    app.index_ready()?;
    let order = default_order(entity);
    asked.sort = asked.sort.filter(|sort| !sort.is_empty()).or_else(|| Some(order.to_owned()));
    asked.read(entity, app.fleet.index.as_of())
}

async fn list<Asked: Send + 'static, T: Serialize>(
    app: Arc<AppState>,
    asked: QueryParameters,
    entity: Entity,
    page: Page<Asked>,
    rows: fn(&AppState, Vec<Asked>) -> Vec<T>,
) -> Result<Json<Found<Row<T>>>, ApiError> {
    let request = request(&app, asked, entity)?;
    let fields = request.fields.clone();
    answer(&app, request, page, rows).await?.with_fields(fields.as_deref()).map(Json)
}

pub(super) async fn answer<Asked: Send + 'static, T>(
    app: &Arc<AppState>,
    request: Request,
    page: Page<Asked>,
    rows: fn(&AppState, Vec<Asked>) -> Vec<T>,
) -> Result<Found<T>, ApiError> {
    let asked = Arc::clone(app);
    let found = blocking(move || found(&asked.fleet.index, &request, page)).await??;
    let items = rows(app, found.items);
    let Found { total, total_is_all, next, groups, other, as_of, .. } = found;
    Ok(Found { items, total, total_is_all, next, groups, other, as_of })
}

/// Runs on a thread that may be busy for seconds, and keeps the request's turn until it ends.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let turn = Turn::current();
    let work = move || {
        let answer = work();
        drop(turn);
        answer
    };
    tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
}

fn found<Row>(index: &Index, request: &Request, page: Page<Row>) -> Result<Found<Row>, ApiError> {
    // Every user sees everything: there are no roles with a scope yet.
    let scope = Scope::Everything;
    let question = Question {
        query: &request.query,
        having: request.having.as_ref(),
        scope: &scope,
        deadline: Deadline(Some(Instant::now() + LIMIT)),
    };
    let mut found = Found {
        items: Vec::new(),
        total: 0,
        total_is_all: true,
        next: None,
        groups: None,
        other: None,
        as_of: index.as_of(),
    };
    if let Some(grouping) = &request.grouping {
        let groups = index.ask_groups(&question, grouping)?;
        found.total = groups.total;
        found.other = groups.other.filter(|_| groups.left_out > 0);
        found.groups = Some(groups.groups.into_iter().map(group_row).collect());
    } else if request.count {
        found.total = index.ask_count(&question)?;
    } else {
        let after = request.after.as_deref().map(|text| Cursor::read(text, request)).transpose()?;
        let answer = page(index, &question, &Order { keys: &request.sort, after, limit: request.limit })?;
        found.total = answer.total;
        found.next = answer.next.map(|place| Cursor { order: request.order.clone(), place }.write());
        found.items = answer.rows;
        found.as_of = answer.as_of;
    }
    Ok(found)
}

fn group_row(group: Group) -> GroupRow {
    let value =
        |value: Option<fettle_index::ask::GroupValue>| value.map_or(serde_json::Value::Null, |value| value.text.into());
    GroupRow { values: group.values.into_iter().map(value).collect(), count: group.count, measures: group.figures }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::TookTooLong => Self::query_timeout(LIMIT),
            AskError::NotInIndex(_) => Self::internal(error),
            AskError::NotThere => Self::not_found("thing in this list"),
        }
    }
}
