//! The first administrator.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use fettle_fleet::access::setup::FirstAdministrator;
use serde::Deserialize;
use utoipa::ToSchema;

use super::session::{SessionShown, answer};
use crate::api::error::{ApiError, Input};
use crate::state::AppState;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Setup {
    /// Of the one-time link that the server printed.
    pub code: String,
    pub username: String,
    pub password: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

#[utoipa::path(post, path = "/v1/setup", tag = "access", request_body = Setup,
    responses((status = 200, body = SessionShown)))]
pub async fn set_up(State(app): State<Arc<AppState>>, Input(setup): Input<Setup>) -> Result<Response, ApiError> {
    let administrator = FirstAdministrator {
        username: setup.username,
        password: setup.password.into(),
        first_name: setup.first_name,
        last_name: setup.last_name,
        email: setup.email,
    };
    let user = app.fleet.set_up(&setup.code, administrator).await?;
    Ok(answer(&app, app.fleet.begin_session(user).await?))
}
