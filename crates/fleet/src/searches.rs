//! Searches that people keep (`patch-management.md` 17): their own, and those that others share with all.

use fettle_model::{SavedSearchId, UserId};
use fettle_qql::order::{self, DateInterval};
use fettle_qql::token::Vocabulary;
use fettle_qql::{Context, Entity, Invalid, check, check_having};
use fettle_store::searches::SavedSearch;
use fettle_store::{StoreError, Tx, WriteError};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::Fleet;
use crate::access::Actor;

/// Searches that one user may keep, of all entities.
pub const MOST: u64 = 200;
const NAME: std::ops::RangeInclusive<usize> = 1..=100;
const LONGEST_DESCRIPTION: usize = 500;
const MOST_COLUMNS: usize = 60;
const LONGEST_COLUMN: usize = 64;

/// What is kept of a search beside whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// 1–100 characters; unique among the owner's searches of the entity, without case.
    pub name: String,
    /// Up to 500 characters.
    pub description: String,
    pub query: String,
    pub having_query: String,
    /// IANA name.
    pub tz: String,
    /// Up to three sortable tokens.
    pub sort: String,
    /// Up to two groupable tokens.
    pub group_by: String,
    /// `day`, `week`, `month`, `quarter`, `year`, or empty.
    pub interval: String,
    /// Up to 60 keys.
    pub columns: Vec<String>,
    pub is_shared: bool,
}

/// Why a search is not kept. The code is the API's.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error("there is no such saved search")]
    NotFound,
    #[error("only its owner may change a saved search; save a copy of it")]
    NotOwner,
    #[error("you have a saved search of that name")]
    NameTaken,
    #[error("a user keeps at most {MOST} saved searches; delete some first")]
    TooMany,
    #[error("{message}")]
    Field { field: &'static str, message: String },
    #[error("the query does not hold")]
    Query(Invalid),
    #[error("the database could not answer")]
    Store(#[source] StoreError),
}

impl From<Invalid> for SearchError {
    fn from(invalid: Invalid) -> Self {
        Self::Query(invalid)
    }
}

impl From<StoreError> for SearchError {
    fn from(error: StoreError) -> Self {
        if error.is_taken() { Self::NameTaken } else { Self::Store(error) }
    }
}

impl From<WriteError<Self>> for SearchError {
    fn from(error: WriteError<Self>) -> Self {
        match error {
            WriteError::Refused(error) => error,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

/// Do the texts of a search still hold? Tokens may have gone since it was saved.
pub fn check_texts(search: &SavedSearch, now: Timestamp) -> Result<(), SearchError> {
    let zone = zone(&search.tz)?;
    let context = Context::new(search.entity, now, zone);
    check(&search.query, &context)?;
    if !search.having_query.is_empty() {
        check_having(&search.having_query, &context)?;
    }
    order::sort(&search.sort, search.entity, Vocabulary::FETTLE)?;
    order::group_by(&search.group_by, search.entity, Vocabulary::FETTLE)?;
    Ok(())
}

fn zone(name: &str) -> Result<TimeZone, SearchError> {
    TimeZone::get(name).map_err(|_| field("tz", "a zone is an IANA name such as `Europe/Oslo`"))
}

fn field(field: &'static str, message: impl Into<String>) -> SearchError {
    SearchError::Field { field, message: message.into() }
}

fn checked(search: &SavedSearch, now: Timestamp) -> Result<(), SearchError> {
    if !NAME.contains(&search.name.chars().count()) {
        return Err(field("name", "a name has 1 to 100 characters"));
    }
    if search.description.chars().count() > LONGEST_DESCRIPTION {
        return Err(field("description", "a description has at most 500 characters"));
    }
    if !search.group_interval.is_empty() && DateInterval::named(&search.group_interval).is_none() {
        return Err(field("interval", "an interval is day, week, month, quarter or year"));
    }
    let is_key = |key: &String| (1..=LONGEST_COLUMN).contains(&key.chars().count()) && !key.contains(',');
    if search.columns.len() > MOST_COLUMNS || !search.columns.iter().all(is_key) {
        return Err(field("columns", "there are at most 60 columns, each a key of 1 to 64 characters without a comma"));
    }
    check_texts(search, now)
}

impl Search {
    fn of(
        self,
        id: SavedSearchId,
        owner_id: UserId,
        entity: Entity,
        (created_at, now): (Timestamp, Timestamp),
    ) -> SavedSearch {
        SavedSearch {
            id,
            owner_id,
            entity,
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            query: self.query.trim().to_owned(),
            having_query: self.having_query.trim().to_owned(),
            tz: self.tz,
            sort: self.sort,
            group_by: self.group_by,
            group_interval: self.interval,
            columns: self.columns,
            is_shared: self.is_shared,
            created_at,
            changed_at: now,
        }
    }
}

impl Fleet {
    /// Keeps a search.
    pub async fn save_search(&self, actor: &Actor, entity: Entity, search: Search) -> Result<SavedSearch, SearchError> {
        let now = self.clock.now();
        let saved = search.of(SavedSearchId::new(now, self.entropy.as_ref()), actor.user, entity, (now, now));
        checked(&saved, now)?;
        let record = self.search_record(actor, "savedSearch.create", &saved);
        let inserted = saved.clone();
        self.database
            .write(async move |tx| {
                if tx.saved_searches().count_of(inserted.owner_id).await? >= MOST {
                    return Err(SearchError::TooMany);
                }
                tx.saved_searches().insert(&inserted).await?;
                tx.audit().insert(&record).await?;
                Ok(())
            })
            .await?;
        Ok(saved)
    }

    /// One's own, or one that is shared.
    pub async fn saved_search(&self, user: UserId, id: SavedSearchId) -> Result<SavedSearch, SearchError> {
        visible(&mut self.database.read().await?, user, id).await
    }

    /// Everything of it but whose it is and what it is about.
    pub async fn replace_search(
        &self,
        actor: &Actor,
        id: SavedSearchId,
        search: Search,
    ) -> Result<SavedSearch, SearchError> {
        let before = self.own_search(actor, id).await?;
        let now = self.clock.now();
        let saved = search.of(id, before.owner_id, before.entity, (before.created_at, now));
        checked(&saved, now)?;
        let record = self.search_record(actor, "savedSearch.change", &saved);
        let replaced = saved.clone();
        self.database
            .write(async move |tx| {
                if !tx.saved_searches().replace(&replaced).await? {
                    return Err(SearchError::NotFound);
                }
                if !replaced.is_shared {
                    tx.saved_searches().forget_defaults_of_others(&replaced).await?;
                }
                tx.audit().insert(&record).await?;
                Ok(())
            })
            .await?;
        Ok(saved)
    }

    pub async fn delete_search(&self, actor: &Actor, id: SavedSearchId) -> Result<(), SearchError> {
        let search = self.own_search(actor, id).await?;
        let record = self.search_record(actor, "savedSearch.delete", &search);
        self.database
            .write(async move |tx| {
                if !tx.saved_searches().delete(id).await? {
                    return Err(SearchError::NotFound);
                }
                tx.audit().insert(&record).await?;
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// The user's list opens with this search, or no longer does. What one's own list opens with is no act that others
    /// need to know of.
    pub async fn set_default_search(
        &self,
        user: UserId,
        id: SavedSearchId,
        is_default: bool,
    ) -> Result<(), SearchError> {
        self.database
            .write(async move |tx| {
                let search = visible(tx, user, id).await?;
                let seen = tx.saved_searches().seen_by(user, search.entity).await?;
                let was = seen.iter().any(|one| one.id == id && one.is_default);
                if was != is_default {
                    tx.saved_searches().set_default(user, search.entity, is_default.then_some(id)).await?;
                }
                Ok::<_, SearchError>(())
            })
            .await?;
        Ok(())
    }

    async fn own_search(&self, actor: &Actor, id: SavedSearchId) -> Result<SavedSearch, SearchError> {
        let search = self.saved_search(actor.user, id).await?;
        if search.owner_id == actor.user { Ok(search) } else { Err(SearchError::NotOwner) }
    }

    fn search_record(&self, actor: &Actor, action: &str, search: &SavedSearch) -> fettle_store::audit::NewAuditRecord {
        let object = ("savedSearch", Some(search.id.to_string()), Some(search.name.clone()));
        let details = json!({ "entity": search.entity, "query": search.query, "havingQuery": search.having_query,
            "isShared": search.is_shared });
        self.audit(actor, action, object, details)
    }
}

/// A private search of somebody else is not there.
async fn visible(tx: &mut Tx, user: UserId, id: SavedSearchId) -> Result<SavedSearch, SearchError> {
    let found = tx.saved_searches().find(id).await?;
    found.filter(|search| search.owner_id == user || search.is_shared).ok_or(SearchError::NotFound)
}
