//! Searches that people keep, and the one that each list opens with for each of them (`patch-management.md` 17).

use fettle_model::{SavedSearchId, UserId};
use fettle_qql::Entity;
use jiff::Timestamp;
use sqlx::error::BoxDynError;

use crate::column::{FromColumn, ToColumn};
use crate::error::StoreError;
use crate::sql::{Scalar, all, execute, one, optional, row};
use crate::tx::Tx;

row! {
    /// A query with the look of its list. The texts are as they were written; empty ones say nothing.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SavedSearch {
        pub id: SavedSearchId,
        pub owner_id: UserId,
        pub entity: Entity,
        pub name: String,
        pub description: String,
        pub query: String,
        pub having_query: String,
        /// IANA name of the zone of dates that name none.
        pub tz: String,
        pub sort: String,
        pub group_by: String,
        /// Of dates that are grouped by.
        pub group_interval: String,
        /// Keys of the list's columns, in their order; the list's own where there are none.
        pub columns: Vec<String>,
        /// Others may open and copy it.
        pub is_shared: bool,
        pub created_at: Timestamp,
        pub changed_at: Timestamp,
    }
}

row! {
    /// A search as one user sees it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SeenSearch {
        pub id: SavedSearchId,
        pub owner_name: String,
        /// The user's list opens with it.
        pub is_default: bool,
    }
}

impl ToColumn for Entity {
    type Stored = String;
    fn stored(&self) -> String {
        self.name().to_owned()
    }
}

impl FromColumn for Entity {
    type Stored = String;
    fn loaded(stored: String) -> Result<Self, BoxDynError> {
        Ok(stored.parse()?)
    }
}

/// By this a name is the same as another.
fn name_key(name: &str) -> String {
    name.to_lowercase()
}

pub struct SavedSearches<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl SavedSearches<'_> {
    pub async fn find(&mut self, id: SavedSearchId) -> Result<Option<SavedSearch>, StoreError> {
        optional!(self.tx, SavedSearch, "find a saved search", "SELECT * FROM saved_search WHERE id = $1", id)
    }

    /// The user's own and those that others share, of one entity, by name.
    pub async fn visible_to(&mut self, user: UserId, entity: Entity) -> Result<Vec<SavedSearch>, StoreError> {
        all!(
            self.tx,
            SavedSearch,
            "list saved searches",
            "SELECT * FROM saved_search WHERE entity = $2 AND (owner_id = $1 OR is_shared) ORDER BY name_key, id",
            user,
            entity,
        )
    }

    /// What the user's view adds to [`SavedSearches::visible_to`], in no order.
    pub async fn seen_by(&mut self, user: UserId, entity: Entity) -> Result<Vec<SeenSearch>, StoreError> {
        all!(
            self.tx,
            SeenSearch,
            "list what a user sees of saved searches",
            "SELECT s.id, u.username AS owner_name, d.search_id IS NOT NULL AS is_default
             FROM saved_search AS s
             JOIN user_account AS u ON u.id = s.owner_id
             LEFT JOIN default_search AS d ON d.search_id = s.id AND d.user_id = $1
             WHERE s.entity = $2 AND (s.owner_id = $1 OR s.is_shared)",
            user,
            entity,
        )
    }

    /// How many a user has, of all entities.
    pub async fn count_of(&mut self, user: UserId) -> Result<u64, StoreError> {
        one!(
            self.tx,
            Scalar<u64>,
            "count a user's saved searches",
            "SELECT COUNT(*) AS value FROM saved_search WHERE owner_id = $1",
            user,
        )
    }

    /// Refused where the owner has one of this name for the entity ([`StoreError::is_taken`]).
    pub async fn insert(&mut self, search: &SavedSearch) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a saved search",
            "INSERT INTO saved_search (id, owner_id, entity, name, name_key, description, query, having_query, tz, sort,
                 group_by, group_interval, columns, is_shared, created_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            search.id,
            search.owner_id,
            search.entity,
            search.name,
            name_key(&search.name),
            search.description,
            search.query,
            search.having_query,
            search.tz,
            search.sort,
            search.group_by,
            search.group_interval,
            search.columns,
            search.is_shared,
            search.created_at,
            search.changed_at,
        )
        .map(drop)
    }

    /// All but id, owner, entity and age; false when it is gone.
    pub async fn replace(&mut self, search: &SavedSearch) -> Result<bool, StoreError> {
        execute!(
            self.tx,
            "replace a saved search",
            "UPDATE saved_search SET name = $2, name_key = $3, description = $4, query = $5, having_query = $6, tz = $7,
                 sort = $8, group_by = $9, group_interval = $10, columns = $11, is_shared = $12, changed_at = $13
             WHERE id = $1",
            search.id,
            search.name,
            name_key(&search.name),
            search.description,
            search.query,
            search.having_query,
            search.tz,
            search.sort,
            search.group_by,
            search.group_interval,
            search.columns,
            search.is_shared,
            search.changed_at,
        )
        .map(|rows| rows > 0)
    }

    /// With it goes whoever's list opened with it; false when it is gone already.
    pub async fn delete(&mut self, id: SavedSearchId) -> Result<bool, StoreError> {
        execute!(self.tx, "delete a saved search", "DELETE FROM saved_search WHERE id = $1", id).map(|rows| rows > 0)
    }

    /// Nobody's list but the owner's opens with it any more.
    pub async fn forget_defaults_of_others(&mut self, search: &SavedSearch) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "forget the defaults of others",
            "DELETE FROM default_search WHERE search_id = $1 AND user_id <> $2",
            search.id,
            search.owner_id,
        )
        .map(drop)
    }

    /// The user's list of the entity opens with it, or with none.
    pub async fn set_default(
        &mut self,
        user: UserId,
        entity: Entity,
        search: Option<SavedSearchId>,
    ) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "forget a default search",
            "DELETE FROM default_search WHERE user_id = $1 AND entity = $2",
            user,
            entity,
        )?;
        let Some(search) = search else { return Ok(()) };
        execute!(
            self.tx,
            "insert a default search",
            "INSERT INTO default_search (user_id, entity, search_id) VALUES ($1, $2, $3)",
            user,
            entity,
            search,
        )
        .map(drop)
    }
}
