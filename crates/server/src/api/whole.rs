//! What changes something is done to its end, as a task of its own: a client that goes away must not end it between the
//! commit and what memory and index take from it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::error::ApiError;
use crate::state::AppState;

/// Reads end with their client.
pub(super) async fn whole(State(app): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let done = app.tasks.spawn(next.run(request)).await;
    done.unwrap_or_else(|ended| ApiError::internal(ended).into_response())
}
