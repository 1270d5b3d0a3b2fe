//! The audit log (`access.md` 8): a record is written with its act, and chained once it is committed.

use std::collections::HashMap;

use fettle_model::Sha256;
use jiff::Timestamp;
use sea_query::{Asterisk, Expr, ExprTrait as _, Query};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::column::words;
use crate::error::StoreError;
use crate::key::AuditKeys;
use crate::sql::{all, execute, optional, padded, row, rows};
use crate::tx::Tx;

/// Ids of one statement.
const IDS: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ActorKind {
    User,
    Token,
    System,
    Agent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AuditSource {
    Console,
    Api,
    Compatible,
    Cli,
    Scheduler,
    Agent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuditOutcome {
    Success,
    Refused,
    Failed,
}
words!(ActorKind, AuditSource, AuditOutcome);

/// What an act writes.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAuditRecord {
    pub time: Timestamp,
    /// User name, `system` or agent id.
    pub actor: String,
    pub actor_kind: ActorKind,
    pub source: AuditSource,
    pub ip: Option<String>,
    pub request_id: Option<String>,
    /// `job.create`.
    pub action: String,
    pub object_type: String,
    pub object_id: Option<String>,
    pub object_name: Option<String>,
    pub outcome: AuditOutcome,
    /// Changed fields with old and new value; never secrets.
    pub details: Value,
}

row! {
    #[derive(Debug, Clone, PartialEq)]
    pub struct AuditRecord {
        pub id: i64,
        /// 1, 2, 3 … without gaps; `None` until it is chained.
        pub number: Option<u64>,
        pub time: Timestamp,
        pub actor: String,
        pub actor_kind: ActorKind,
        pub source: AuditSource,
        pub ip: Option<String>,
        pub request_id: Option<String>,
        pub action: String,
        pub object_type: String,
        pub object_id: Option<String>,
        pub object_name: Option<String>,
        pub outcome: AuditOutcome,
        pub details: Value,
        pub prev_hash: Option<Sha256>,
        pub hash: Option<Sha256>,
    }
}

impl From<AuditRecord> for NewAuditRecord {
    fn from(record: AuditRecord) -> Self {
        Self {
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
        }
    }
}

row! {
    /// The end of the chain.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct AuditLink {
        pub number: u64,
        pub hash: Sha256,
    }
}

pub struct Audit<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Audit<'_> {
    pub async fn insert(&mut self, record: &NewAuditRecord) -> Result<(), StoreError> {
        let keys = AuditKeys::of(record);
        execute!(
            self.tx,
            "write an audit record",
            "INSERT INTO audit (time, actor, actor_kind, source, ip, request_id, action, object_type, object_id,
                 object_name, outcome, details, actor_key, action_key, object_type_key, object_id_key, object_name_key,
                 request_id_key, ip_key, search_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
            record.time,
            record.actor,
            record.actor_kind,
            record.source,
            record.ip,
            record.request_id,
            record.action,
            record.object_type,
            record.object_id,
            record.object_name,
            record.outcome,
            record.details,
            keys.actor,
            keys.action,
            keys.object_type,
            keys.object_id,
            keys.object_name,
            keys.request_id,
            keys.ip,
            keys.search,
        )
        .map(drop)
    }

    /// Numbers and links at most `limit` records that have no number yet; gives how many. `hash` computes a record's
    /// hash from the record (its `number` and `prev_hash` are set by then). Run by one chainer at a time.
    pub async fn chain_pending(
        &mut self,
        limit: u32,
        hash: impl Fn(&AuditRecord) -> Sha256,
    ) -> Result<usize, StoreError> {
        let pending = all!(
            self.tx,
            AuditRecord,
            "list unchained audit records",
            "SELECT * FROM audit WHERE number IS NULL ORDER BY id LIMIT $1",
            limit,
        )?;
        if pending.is_empty() {
            return Ok(0);
        }
        let chained = pending.len();
        let (mut number, mut previous) = match self.last().await? {
            Some(link) => (link.number, link.hash),
            None => (0, Sha256([0; 32])),
        };
        for mut record in pending {
            number += 1;
            record.number = Some(number);
            record.prev_hash = Some(previous);
            let own = hash(&record);
            execute!(
                self.tx,
                "chain an audit record",
                "UPDATE audit SET number = $2, prev_hash = $3, hash = $4 WHERE id = $1",
                record.id,
                number,
                previous,
                own,
            )?;
            previous = own;
        }
        Ok(chained)
    }

    pub async fn last(&mut self) -> Result<Option<AuditLink>, StoreError> {
        optional!(
            self.tx,
            AuditLink,
            "find the end of the audit chain",
            "SELECT number, hash FROM audit WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1",
        )
    }

    /// The records with these ids, in their order.
    pub async fn of_ids(&mut self, ids: &[i64]) -> Result<Vec<AuditRecord>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(IDS) {
            let mut query = Query::select();
            query.column(Asterisk).from("audit").and_where(Expr::col("id").is_in(padded(chunk).copied()));
            let records = rows::<AuditRecord>(self.tx, "find audit records", &query).await?;
            found.extend(records.into_iter().map(|record| (record.id, record)));
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// Chained records above `number`, in order.
    pub async fn after(&mut self, number: u64, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        all!(
            self.tx,
            AuditRecord,
            "list audit records",
            "SELECT * FROM audit WHERE number > $1 ORDER BY number LIMIT $2",
            number,
            limit,
        )
    }
}
