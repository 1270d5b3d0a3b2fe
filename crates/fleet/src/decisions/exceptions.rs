//! Exceptions: asked for, decided, and ended when their time is over.

use fettle_index::Exception;
use fettle_model::ExceptionId;
use fettle_model::exception::ExceptionState;
use fettle_store::audit::NewAuditRecord;
use fettle_store::catalogue::PatchException;
use fettle_store::{StoreError, Tx};
use serde_json::json;

use super::DecisionError;
pub use super::requested::NewException;
use super::requested::excepted_patches;
use crate::Fleet;
use crate::access::Actor;

impl Fleet {
    /// Asks for an exception. Nothing changes before it is approved.
    pub async fn request_exception(&self, actor: &Actor, asked: NewException) -> Result<PatchException, DecisionError> {
        let now = self.clock.now();
        let asked = self.checked_exception(asked, now)?;
        let exception = PatchException {
            id: ExceptionId::new(now, self.entropy.as_ref()),
            patches: asked.patches,
            patch_query: asked.patch_query,
            tz: asked.tz,
            assets: asked.assets,
            tags: asked.tags,
            reason: asked.reason,
            expires_at: asked.expires_at,
            state: ExceptionState::Requested,
            requested_by: actor.username.clone(),
            requested_at: now,
            decided_by: None,
            decided_at: None,
        };
        let record = self.exception_record(actor, "exception.request", &exception);
        let inserted = exception.clone();
        self.database
            .write(async move |tx| {
                tx.exceptions().insert(&inserted).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, DecisionError>(())
            })
            .await?;
        Ok(exception)
    }

    /// Approves, rejects or revokes an exception.
    pub async fn decide_exception(
        &self,
        actor: &Actor,
        id: ExceptionId,
        to: ExceptionState,
    ) -> Result<PatchException, DecisionError> {
        let found = self.database.read().await?.exceptions().find(id).await?;
        let mut exception = found.ok_or(DecisionError::NotFound("exception"))?;
        let from = exception.state;
        let now = self.clock.now();
        // What nobody decided in time cannot be approved any more, even before the task that says so has run.
        let is_late = to == ExceptionState::Approved && exception.expires_at <= now;
        if !from.may_become(to) {
            return Err(DecisionError::State { from, to });
        }
        if is_late {
            return Err(DecisionError::State { from: ExceptionState::Expired, to });
        }
        exception.state = to;
        exception.decided_by = Some(actor.username.clone());
        exception.decided_at = Some(now);
        let action = match to {
            ExceptionState::Approved => "exception.approve",
            ExceptionState::Rejected => "exception.reject",
            _ => "exception.revoke",
        };
        let record = self.exception_record(actor, action, &exception);
        let by = actor.username.clone();
        self.database
            .write(async move |tx| {
                if !tx.exceptions().decide(id, (from, to), Some(&by), now).await? {
                    let current = tx.exceptions().find(id).await?.map_or(from, |exception| exception.state);
                    return Err(DecisionError::State { from: current, to });
                }
                tx.audit().insert(&record).await?;
                Ok::<_, DecisionError>(())
            })
            .await?;
        self.reload_exceptions().await?;
        Ok(exception)
    }

    /// Ends exceptions whose time is over. Idempotent.
    pub async fn end_exceptions(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let open = self.database.read().await?.exceptions().open().await?;
        let over = open.into_iter().filter(|exception| exception.expires_at <= now);
        let scheduler = Actor::scheduler();
        let over: Vec<_> = over
            .map(|exception| {
                (exception.id, exception.state, self.exception_record(&scheduler, "exception.expire", &exception))
            })
            .collect();
        if over.is_empty() {
            return Ok(());
        }
        self.database
            .write(async move |tx| {
                for (id, from, record) in over {
                    if tx.exceptions().decide(id, (from, ExceptionState::Expired), None, now).await? {
                        tx.audit().insert(&record).await?;
                    }
                }
                Ok::<_, StoreError>(())
            })
            .await?;
        self.reload_exceptions().await
    }

    /// Tells the index which exceptions are approved.
    pub(crate) async fn reload_exceptions(&self) -> Result<(), StoreError> {
        let mut read = self.database.read().await?;
        self.load_exceptions(&mut read).await
    }

    pub(crate) async fn load_exceptions(&self, read: &mut Tx) -> Result<(), StoreError> {
        let open = read.exceptions().open().await?;
        let approved = open.into_iter().filter(|exception| exception.state == ExceptionState::Approved);
        self.index.set_exceptions(approved.map(|exception| Exception {
            patches: excepted_patches(exception.patches, exception.patch_query, exception.tz),
            assets: exception.assets,
            tags: exception.tags,
            expires: exception.expires_at,
        }));
        Ok(())
    }

    fn exception_record(&self, actor: &Actor, action: &str, exception: &PatchException) -> NewAuditRecord {
        let details = json!({ "patches": exception.patches, "patchQuery": exception.patch_query,
            "assets": exception.assets.len(), "tags": exception.tags, "reason": exception.reason,
            "expiresAt": exception.expires_at });
        self.audit(actor, action, ("exception", Some(exception.id.to_string()), None), details)
    }
}
