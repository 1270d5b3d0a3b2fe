//! A saved search, as it is sent and as it is shown.

use fettle_fleet::searches::{Search, check_texts};
use fettle_model::{SavedSearchId, UserId};
use fettle_qql::Entity;
use fettle_store::searches::SavedSearch;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::auth::Caller;
use crate::api::error::ApiError;
use crate::state::AppState;

/// What is kept of a list: what it asks, and how it looks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchBody {
    /// 1–100 characters; unique among one's own of the entity, without case.
    pub name: String,
    /// Up to 500 characters.
    #[serde(default)]
    pub description: String,
    /// QQL; nothing finds everything.
    #[serde(default)]
    pub query: String,
    #[serde(default)]
    pub having_query: String,
    /// IANA name of the zone of dates that name none; UTC.
    #[serde(default = "utc")]
    pub tz: String,
    /// Up to three sortable tokens.
    #[serde(default)]
    pub sort: String,
    /// Up to two groupable tokens.
    #[serde(default)]
    pub group_by: String,
    /// Of dates that are grouped by: `day`, `week`, `month`, `quarter` or `year`.
    #[serde(default)]
    pub interval: String,
    /// Up to 60 keys of the list's columns, in their order; the list's own where there are none.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Others may open and copy it.
    #[serde(default)]
    pub is_shared: bool,
}

fn utc() -> String {
    "UTC".to_owned()
}

impl From<SearchBody> for Search {
    fn from(body: SearchBody) -> Self {
        Self {
            name: body.name,
            description: body.description,
            query: body.query,
            having_query: body.having_query,
            tz: body.tz,
            sort: body.sort,
            group_by: body.group_by,
            interval: body.interval,
            columns: body.columns,
            is_shared: body.is_shared,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedSearchRow {
    #[schema(value_type = Uuid)]
    pub id: SavedSearchId,
    #[schema(value_type = String)]
    pub entity: Entity,
    pub name: String,
    pub description: String,
    pub query: String,
    pub having_query: String,
    pub tz: String,
    pub sort: String,
    pub group_by: String,
    pub interval: String,
    pub columns: Vec<String>,
    pub is_shared: bool,
    /// User name.
    pub owner: String,
    pub is_mine: bool,
    /// The caller's list opens with it.
    pub is_default: bool,
    /// Why it does not hold any more; nothing while it does.
    pub problem: Option<String>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

impl AppState {
    /// Rows of searches that the caller may see, all of one entity.
    pub(super) async fn search_rows(
        &self,
        caller: &Caller,
        entity: Entity,
        searches: Vec<SavedSearch>,
    ) -> Result<Vec<SavedSearchRow>, ApiError> {
        let user = caller.user.id;
        let seen = self.fleet.database.read().await?.saved_searches().seen_by(user, entity).await?;
        let now = self.fleet.clock.now();
        let rows = searches.into_iter().filter_map(|search| {
            let seen = seen.iter().find(|seen| seen.id == search.id)?;
            let problem = check_texts(&search, now).err().map(|error| ApiError::from(error).message().to_owned());
            Some(row(search, user, seen.owner_name.clone(), seen.is_default, problem))
        });
        Ok(rows.collect())
    }

    /// One that the caller may see, as it is kept.
    pub(super) async fn search_row(&self, caller: &Caller, id: SavedSearchId) -> Result<SavedSearchRow, ApiError> {
        let search = self.fleet.saved_search(caller.user.id, id).await?;
        let rows = self.search_rows(caller, search.entity, vec![search]).await?;
        rows.into_iter().next().ok_or_else(|| ApiError::not_found("saved search"))
    }
}

fn row(search: SavedSearch, user: UserId, owner: String, is_default: bool, problem: Option<String>) -> SavedSearchRow {
    SavedSearchRow {
        id: search.id,
        entity: search.entity,
        name: search.name,
        description: search.description,
        query: search.query,
        having_query: search.having_query,
        tz: search.tz,
        sort: search.sort,
        group_by: search.group_by,
        interval: search.group_interval,
        columns: search.columns,
        is_shared: search.is_shared,
        owner,
        is_mine: search.owner_id == user,
        is_default,
        problem,
        created_at: search.created_at,
        changed_at: search.changed_at,
    }
}
