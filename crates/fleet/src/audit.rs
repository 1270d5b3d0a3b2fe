//! The audit log (`access.md` 8): a record is written with its act, and chained within a second.

use fettle_model::{AssetId, Sha256};
use fettle_store::audit::{ActorKind, AuditOutcome, AuditRecord, AuditSource, NewAuditRecord};
use fettle_store::{StoreError, WriteError};
use fettle_wire::sha256;
use serde_json::{Value, json};

use crate::Fleet;
use crate::access::Actor;

/// Records that are chained in one transaction.
const CHAINED_AT_ONCE: u32 = 500;

impl Fleet {
    /// A record of something that an agent did.
    pub(crate) fn audit_agent(&self, asset: AssetId, action: &str, name: Option<String>) -> NewAuditRecord {
        NewAuditRecord {
            time: self.clock.now(),
            actor: asset.to_string(),
            actor_kind: ActorKind::Agent,
            source: AuditSource::Agent,
            ip: None,
            request_id: None,
            action: action.to_owned(),
            object_type: "asset".to_owned(),
            object_id: Some(asset.to_string()),
            object_name: name,
            outcome: AuditOutcome::Success,
            details: json!({}),
        }
    }

    /// A machine is not what it was, or another one claims to be it (`agent.md` 2.3).
    pub(crate) fn audit_identity(&self, asset: AssetId, details: Value) -> NewAuditRecord {
        let name = self.index.asset(asset).map(|row| row.columns.name);
        NewAuditRecord { details, ..self.audit_agent(asset, "asset.identityChanged", name) }
    }

    /// A record of something that a person did.
    pub fn audit(
        &self,
        actor: &Actor,
        action: &str,
        object: (&str, Option<String>, Option<String>),
        details: Value,
    ) -> NewAuditRecord {
        let (object_type, object_id, object_name) = object;
        NewAuditRecord {
            time: self.clock.now(),
            actor: actor.username.clone(),
            actor_kind: actor.kind,
            source: actor.source,
            ip: actor.ip.clone(),
            request_id: actor.request.map(|id| id.to_string()),
            action: action.to_owned(),
            object_type: object_type.to_owned(),
            object_id,
            object_name,
            outcome: AuditOutcome::Success,
            details,
        }
    }

    /// Notes that rows are taken away in a file; reads are not noted otherwise (`access.md` 8).
    pub async fn record_export(
        &self,
        actor: &Actor,
        action: &str,
        object_type: &str,
        details: Value,
    ) -> Result<(), StoreError> {
        let record = self.audit(actor, action, (object_type, None, None), details);
        let written = self.database.write(async move |tx| tx.audit().insert(&record).await).await;
        written.map(drop).map_err(WriteError::into_store)
    }

    /// Numbers and hashes the committed records that have no number yet; gives how many.
    pub async fn chain_audit(&self) -> Result<usize, StoreError> {
        let chained = self.database.write(async move |tx| tx.audit().chain_pending(CHAINED_AT_ONCE, record_hash).await);
        Ok(chained.await?.value)
    }
}

/// SHA-256 of the previous hash (32 bytes) and the RFC 8785 form of all other fields.
fn record_hash(record: &AuditRecord) -> Sha256 {
    let fields = json!({
        "seq": record.number, "time": record.time, "actor": record.actor, "actorKind": record.actor_kind,
        "source": record.source, "ip": record.ip, "requestId": record.request_id, "action": record.action,
        "objectType": record.object_type, "objectId": record.object_id, "objectName": record.object_name,
        "outcome": record.outcome, "details": record.details,
    });
    let mut bytes = record.prev_hash.unwrap_or(Sha256([0; 32])).0.to_vec();
    // Keys of a JSON value are kept sorted, and its numbers are whole: compact JSON is the canonical form.
    bytes.extend_from_slice(fields.to_string().as_bytes());
    sha256(&bytes)
}
