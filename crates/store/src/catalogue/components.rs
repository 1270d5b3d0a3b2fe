//! Components are interned: each distinct one is stored once, and assets hold its id.
//!
//! They are inserted in a short transaction of their own, before the report that brings them: ids may then enter
//! caches, and a report that fails leaves at most a component that nobody has.

use std::collections::HashMap;

use fettle_model::Sha256;
use sea_query::{Expr, ExprTrait as _, Iden, OnConflict, Query};

use crate::error::StoreError;
use crate::sql::{self, all, padded, row};
use crate::tx::Tx;

/// Most rows in one statement: below every limit on parameters.
const CHUNK: usize = 512;

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Component {
        /// From 1, nearly dense.
        pub id: u32,
        pub hash: Sha256,
        /// The array form (`agent.md` 3.4) as compact JSON.
        pub canonical: String,
    }
}

row! {
    struct Known {
        id: u32,
        hash: Sha256,
    }
}

/// A component that may not be known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComponent {
    pub hash: Sha256,
    pub canonical: String,
}

#[derive(Iden)]
enum Schema {
    #[iden = "component"]
    Table,
    Id,
    Hash,
    Canonical,
}

pub struct Components<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Components<'_> {
    /// Ids of those of `hashes` that are known.
    pub async fn ids(&mut self, hashes: &[Sha256]) -> Result<HashMap<Sha256, u32>, StoreError> {
        let mut ids = HashMap::with_capacity(hashes.len());
        for chunk in hashes.chunks(CHUNK) {
            let known = self.known(chunk).await?;
            ids.extend(known.into_iter().map(|known| (known.hash, known.id)));
        }
        Ok(ids)
    }

    /// Ids of all `components`, in their order; new ones are inserted, sorted by their text, so that alike ones come to
    /// lie together. Callers know nearly all that is known, so that inserting comes first, and looking up follows only
    /// for what was there.
    pub async fn intern(&mut self, components: &[NewComponent]) -> Result<Vec<u32>, StoreError> {
        let mut new: Vec<&NewComponent> = components.iter().collect();
        new.sort_by(|left, right| left.canonical.cmp(&right.canonical));
        new.dedup_by_key(|component| component.hash);
        let mut ids = HashMap::with_capacity(new.len());
        for chunk in new.chunks(CHUNK) {
            let inserted = self.insert(chunk).await?;
            ids.extend(inserted.into_iter().map(|known| (known.hash, known.id)));
        }
        let known: Vec<Sha256> =
            new.iter().map(|component| component.hash).filter(|hash| !ids.contains_key(hash)).collect();
        if !known.is_empty() {
            ids.extend(self.ids(&known).await?);
        }
        let id = |component: &NewComponent| ids.get(&component.hash).copied();
        let all: Option<Vec<u32>> = components.iter().map(id).collect();
        all.ok_or(StoreError::Gone { object: "an inserted component" })
    }

    /// At most `limit` components above `id`, in order.
    pub async fn after(&mut self, id: u32, limit: u32) -> Result<Vec<Component>, StoreError> {
        all!(
            self.tx,
            Component,
            "list components",
            "SELECT * FROM component WHERE id > $1 ORDER BY id LIMIT $2",
            id,
            limit,
        )
    }

    async fn known(&mut self, hashes: &[Sha256]) -> Result<Vec<Known>, StoreError> {
        let mut query = Query::select();
        let values = padded(hashes).map(|hash| Expr::value(hash.0.to_vec()));
        query.columns([Schema::Id, Schema::Hash]).from(Schema::Table).and_where(Expr::col(Schema::Hash).is_in(values));
        sql::rows(self.tx, "look components up", &query).await
    }

    /// Those that were not there yet. The same one again is ignored; on PostgreSQL another server may have inserted one
    /// of them meanwhile.
    async fn insert(&mut self, components: &[&NewComponent]) -> Result<Vec<Known>, StoreError> {
        let mut query = Query::insert();
        query.into_table(Schema::Table).columns([Schema::Hash, Schema::Canonical]);
        for component in padded(components) {
            query.values_panic([Expr::value(component.hash.0.to_vec()), Expr::value(component.canonical.as_str())]);
        }
        query.on_conflict(OnConflict::column(Schema::Hash).do_nothing().to_owned());
        query.returning(Query::returning().columns([Schema::Id, Schema::Hash]));
        sql::rows(self.tx, "insert components", &query).await
    }
}
