//! Tags and collections.

pub mod body;
pub mod create;
pub mod delete;
pub mod edit;
pub mod list;
pub mod members;
pub mod pins;
pub mod preview;
pub mod row;
pub mod show;

use std::sync::Arc;

use fettle_fleet::tags::{JudgedTag, TagDraft};
use fettle_model::TagId;

use super::ask::blocking;
use super::error::ApiError;
use crate::state::AppState;

/// Checks a draft and works out its members, on a thread that may be busy for seconds.
async fn judged(app: &Arc<AppState>, tag: Option<TagId>, draft: TagDraft, limit: usize) -> Result<JudgedTag, ApiError> {
    let app = Arc::clone(app);
    Ok(blocking(move || app.fleet.judge_tag(tag, draft, limit)).await??)
}

/// So that an answer shows who is a member now.
async fn settled(app: &Arc<AppState>) -> Result<(), ApiError> {
    let app = Arc::clone(app);
    blocking(move || app.fleet.index.settle_tags()).await.map(drop)
}
