//! Activation keys (`patch-management.md` 2.1). Deleting or disabling one stops new enrolments only.

use fettle_model::ActivationKeyId;
use fettle_store::access::ActivationKey;
use fettle_store::audit::{ActorKind, AuditSource, NewAuditRecord};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AccessError, Actor};
use crate::Fleet;

#[derive(Debug, Clone)]
pub struct NewKey {
    /// 1–255 characters.
    pub title: String,
    /// 1–1,000,000; `None`: any number.
    pub max_agents: Option<u32>,
    pub expire_date: Option<Timestamp>,
}

impl Fleet {
    /// Makes a key; without an actor it is the server itself that makes it.
    pub async fn new_activation_key(&self, actor: Option<&Actor>, new: NewKey) -> Result<ActivationKey, AccessError> {
        let field = |field, message: &str| Err(AccessError::Field { field, message: message.to_owned() });
        let now = self.clock.now();
        if !(1..=255).contains(&new.title.trim().chars().count()) {
            return field("title", "a title has 1 to 255 characters");
        }
        if new.max_agents.is_some_and(|most| !(1..=1_000_000).contains(&most)) {
            return field("maxAgents", "a key is for 1 to 1,000,000 agents");
        }
        if new.expire_date.is_some_and(|date| date <= now) {
            return field("expireDate", "a key ends in the future");
        }
        let key = ActivationKey {
            id: ActivationKeyId::new(now, self.entropy.as_ref()),
            title: new.title.trim().to_owned(),
            enabled: true,
            max_agents: new.max_agents,
            expire_date: new.expire_date,
            created_by: actor.map(|actor| actor.user),
            created_at: now,
            used_count: 0,
            last_used_at: None,
        };
        let record = self.key_record(actor, "key.create", &key, json!({ "maxAgents": key.max_agents }));
        let inserted = key.clone();
        self.database
            .write(async move |tx| {
                tx.activation_keys().insert(&inserted).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, AccessError>(())
            })
            .await?;
        Ok(key)
    }

    /// The key as it is now; `None` when there is none of this id.
    pub async fn set_activation_key_enabled(
        &self,
        actor: &Actor,
        id: ActivationKeyId,
        enabled: bool,
    ) -> Result<Option<ActivationKey>, AccessError> {
        let Some(mut key) = self.database.read().await?.activation_keys().find(id).await? else { return Ok(None) };
        key.enabled = enabled;
        let action = if enabled { "key.enable" } else { "key.disable" };
        let record = self.key_record(Some(actor), action, &key, json!({}));
        self.database
            .write(async move |tx| {
                tx.activation_keys().set_enabled(id, enabled).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, AccessError>(())
            })
            .await?;
        Ok(Some(key))
    }

    /// False when there is none of this id.
    pub async fn delete_activation_key(&self, actor: &Actor, id: ActivationKeyId) -> Result<bool, AccessError> {
        let Some(key) = self.database.read().await?.activation_keys().find(id).await? else { return Ok(false) };
        let record = self.key_record(Some(actor), "key.delete", &key, json!({}));
        let deleted = self.database.write(async move |tx| {
            tx.audit().insert(&record).await?;
            Ok::<_, AccessError>(tx.activation_keys().delete(id).await?)
        });
        Ok(deleted.await?.value)
    }

    fn key_record(&self, actor: Option<&Actor>, action: &str, key: &ActivationKey, details: Value) -> NewAuditRecord {
        let object = ("activationKey", Some(key.id.to_string()), Some(key.title.clone()));
        if let Some(actor) = actor {
            return self.audit(actor, action, object, details);
        }
        let itself = Actor {
            user: fettle_model::UserId(uuid::Uuid::nil()),
            username: "system".to_owned(),
            kind: ActorKind::System,
            source: AuditSource::Cli,
            ip: None,
            request: None,
        };
        self.audit(&itself, action, object, details)
    }
}
