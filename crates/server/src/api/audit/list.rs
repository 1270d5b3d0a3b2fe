//! The audit log (`access.md` 8), the newest record first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use fettle_model::Sha256;
use fettle_qql::Entity;
use fettle_store::audit::{ActorKind, AuditOutcome, AuditRecord, AuditSource};
use fettle_store::query::{Questions, RowId, Within};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::error::{ApiError, Parameters};
use crate::api::fields::Row;
use crate::api::query::{Found, QueryParameters};
use crate::state::AppState;

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRow {
    /// 1, 2, 3 … without gaps; null for a second, until the record is chained.
    pub seq: Option<u64>,
    pub time: Timestamp,
    /// User name, `system` or an agent's id.
    pub actor: String,
    #[schema(value_type = String)]
    pub actor_kind: ActorKind,
    #[schema(value_type = String)]
    pub source: AuditSource,
    pub ip: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    pub object_type: String,
    pub object_id: Option<String>,
    pub object_name: Option<String>,
    #[schema(value_type = String)]
    pub outcome: AuditOutcome,
    /// Changed fields with old and new value.
    #[schema(value_type = Object)]
    pub details: Value,
    #[schema(value_type = Option<String>)]
    pub prev_hash: Option<Sha256>,
    #[schema(value_type = Option<String>)]
    pub hash: Option<Sha256>,
}

impl From<AuditRecord> for AuditRow {
    fn from(record: AuditRecord) -> Self {
        Self {
            seq: record.number,
            time: record.time,
            actor: record.actor,
            actor_kind: record.actor_kind,
            source: record.source,
            ip: record.ip,
            request_id: record.request_id,
            action: record.action,
            object_type: record.object_type,
            object_id: record.object_id,
            object_name: record.object_name,
            outcome: record.outcome,
            details: record.details,
            prev_hash: record.prev_hash,
            hash: record.hash,
        }
    }
}

#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(QueryParameters),
    responses((status = 200, body = Found<AuditRow>)))]
pub async fn list(
    State(app): State<Arc<AppState>>,
    Parameters(asked): Parameters<QueryParameters>,
) -> Result<Json<Found<Row<AuditRow>>>, ApiError> {
    let request = asked.read(Entity::Audit, app.fleet.clock.now())?;
    let fields = request.fields.clone();
    let found = request.answer(&app, Within::default(), load).await?;
    found.with_fields(fields.as_deref()).map(Json)
}

pub(in crate::api) async fn load(questions: &mut Questions, ids: Vec<RowId>) -> Result<Vec<AuditRow>, ApiError> {
    let numbers = ids.into_iter().filter_map(|id| match id {
        RowId::Number(number) => Some(number),
        RowId::Uuid(_) => None,
    });
    let records = questions.tx().audit().of_ids(&numbers.collect::<Vec<_>>()).await?;
    Ok(records.into_iter().map(AuditRow::from).collect())
}
