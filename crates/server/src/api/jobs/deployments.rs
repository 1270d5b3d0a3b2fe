//! Deployments of all runs, the newest first; and those of one run, found by a query.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::DeploymentId;
use fettle_qql::Entity;
use fettle_store::query::{Questions, RowId, Within};

use super::row::DeploymentRow;
use crate::api::error::{ApiError, Parameters};
use crate::api::fields::Row;
use crate::api::query::{Found, QueryParameters, Request};
use crate::state::AppState;

#[utoipa::path(get, path = "/v1/deployments", tag = "jobs", params(QueryParameters),
    responses((status = 200, body = Found<DeploymentRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<QueryParameters>,
) -> Result<Json<Found<Row<DeploymentRow>>>, ApiError> {
    let request = asked.read(Entity::Deployment, app.fleet.clock.now())?;
    let fields = request.fields.clone();
    answer(&app, request, Within::default()).await?.with_fields(fields.as_deref()).map(Json)
}

/// Those of one run, which are counted all.
pub(super) async fn of_run(
    app: &Arc<AppState>,
    asked: &QueryParameters,
    within: Within<'_>,
) -> Result<Found<DeploymentRow>, ApiError> {
    let request = asked.read(Entity::Deployment, app.fleet.clock.now())?;
    answer(app, request.counting_all(), within).await
}

pub(in crate::api) async fn answer(
    app: &Arc<AppState>,
    request: Request,
    within: Within<'_>,
) -> Result<Found<DeploymentRow>, ApiError> {
    let load = async |questions: &mut Questions, ids: Vec<RowId>| load(app, questions, ids).await;
    request.answer(app, within, load).await
}

async fn load(app: &AppState, questions: &mut Questions, ids: Vec<RowId>) -> Result<Vec<DeploymentRow>, ApiError> {
    let ids = ids.into_iter().filter_map(|id| match id {
        RowId::Uuid(id) => Some(DeploymentId(id)),
        RowId::Number(_) => None,
    });
    let listed = questions.tx().deployments().of_ids(&ids.collect::<Vec<_>>()).await?;
    let row = |(deployment, counts): (_, Vec<fettle_store::jobs::OutcomeCount>)| {
        app.deployment_row(deployment, counts.iter().map(|count| (count.outcome, count.count)))
    };
    Ok(listed.into_iter().map(row).collect())
}
