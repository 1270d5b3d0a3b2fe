//! Rows of a list, page by page, as the list itself shows them.

use std::sync::Arc;

use fettle_index::Index;
use fettle_qql::Entity;
use fettle_store::query::Within;
use serde::Serialize;
use serde_json::Value;

use crate::api::ask::{self, Page};
use crate::api::audit;
use crate::api::error::ApiError;
use crate::api::jobs::deployments;
use crate::api::query::{Found, QueryParameters, Request};
use crate::state::AppState;

/// Rows of a page. The index works out anew what is found for each of them, so that there are few; the database goes on
/// behind the last row.
const OF_INDEX: usize = 10_000;
const OF_DATABASE: usize = 1_000;

pub(super) struct Pages {
    app: Arc<AppState>,
    entity: Entity,
    request: Request,
    is_over: bool,
}

impl Pages {
    pub(super) fn new(app: Arc<AppState>, entity: Entity, parameters: QueryParameters) -> Result<Self, ApiError> {
        let mut request = match entity {
            Entity::Audit | Entity::Deployment => parameters.read(entity, app.fleet.clock.now())?.uncounted(),
            _ => ask::request(&app, parameters, entity)?,
        };
        request.limit = if matches!(entity, Entity::Audit | Entity::Deployment) { OF_DATABASE } else { OF_INDEX };
        Ok(Self { app, entity, request, is_over: false })
    }

    /// `None` behind the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Value>>, ApiError> {
        if self.is_over {
            return Ok(None);
        }
        let (rows, next) = match self.entity {
            Entity::Asset => self.of_index(Index::ask_assets, AppState::asset_rows).await?,
            Entity::Patch => self.of_index(Index::ask_patches, ask::patch_rows).await?,
            Entity::Vulnerability => self.of_index(Index::ask_vulnerabilities, ask::vulnerability_rows).await?,
            Entity::Component => self.of_index(Index::ask_components, ask::component_rows).await?,
            Entity::Deployment => rows(deployments::answer(&self.app, self.request.clone(), Within::default()).await?)?,
            Entity::Audit => {
                let request = self.request.clone();
                rows(request.answer(&self.app, Within::default(), audit::list::load).await?)?
            }
        };
        self.is_over = next.is_none();
        self.request.after = next;
        Ok(Some(rows))
    }

    async fn of_index<Row: Send + 'static, T: Serialize>(
        &self,
        page: Page<Row>,
        shown: fn(&AppState, Vec<Row>) -> Vec<T>,
    ) -> Result<(Vec<Value>, Option<String>), ApiError> {
        rows(ask::answer(&self.app, self.request.clone(), page, shown).await?)
    }
}

fn rows<T: Serialize>(found: Found<T>) -> Result<(Vec<Value>, Option<String>), ApiError> {
    let rows = found.items.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(ApiError::internal)?;
    Ok((rows, found.next))
}
