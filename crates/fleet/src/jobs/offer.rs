//! Offering work with a check-in's answer. Acknowledged by events, never by the check-in itself: until then the same
//! bytes are offered again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::outcome::PatchOutcome;
use fettle_model::{DeploymentId, DeploymentState};
use fettle_store::jobs::{Deployment, DeploymentPatch, StoredEvent};
use fettle_wire::document::manifest::Manifest;
use fettle_wire::message::check_in::WorkOrder;
use fettle_wire::message::events::EventKind;
use fettle_wire::{Code, Envelope, PayloadType, limit};
use jiff::Timestamp;
use serde_json::json;

use super::manifest::MANIFEST_LIFE;
use super::target::{TargetPatch, manifest_patches};
use crate::Fleet;
use crate::agents::Agent;
use crate::agents::admit::new_token;
use crate::agents::orders::Order;
use crate::agents::state::Token;
use crate::refusal::Refused;

/// What an answer carries, with the new token where something was committed for it.
#[derive(Debug, Default)]
pub(crate) struct Offered {
    pub(crate) orders: Vec<WorkOrder>,
    pub(crate) token: Option<Token>,
}

/// Refusals that a manifest made anew may mend.
const MENDED_BY_A_NEW_ONE: [Code; 3] = [Code::ManifestOld, Code::ManifestExpired, Code::ClockOff];

impl Fleet {
    pub(crate) async fn offer(&self, agent: &Agent, work: &[Order<DeploymentId>]) -> Result<Offered, Refused> {
        let mut offered = Offered::default();
        if work.is_empty() {
            return Ok(offered);
        }
        let _turn = agent.turn.lock().await;
        for order in work.iter().take(limit::MAX_WORK) {
            let deployment = self.database.read().await?.deployments().find(order.what).await?;
            let Some(deployment) = deployment.filter(|found| found.state == DeploymentState::Pending) else {
                agent.state().orders_mut().drop_work(order.what);
                continue;
            };
            if let Some(order) = self.offer_one(agent, deployment, &mut offered.token).await? {
                offered.orders.push(order);
            }
        }
        Ok(offered)
    }

    async fn offer_one(
        &self,
        agent: &Agent,
        deployment: Deployment,
        token: &mut Option<Token>,
    ) -> Result<Option<WorkOrder>, Refused> {
        let now = self.clock.now();
        let mut read = self.database.read().await?;
        let run = read.runs().find(deployment.run).await?;
        let authorisation = run.and_then(|run| run.authorisation).ok_or_else(|| missing("authorisation"))?;
        if !Self::must_be_made(agent, &deployment, now) {
            let manifest = deployment.manifest.ok_or_else(|| missing("manifest"))?;
            let refused_for_good = deployment.refused_code.is_some();
            return Ok((!refused_for_good).then(|| order(deployment.id, &manifest, authorisation)));
        }
        let job = read.jobs().find(deployment.job).await?.ok_or_else(|| missing("job"))?;
        drop(read);
        let targets =
            self.target(deployment.asset, job.work, &job.specification.patches).await.map_err(Refused::internal)?;
        let patches = manifest_patches(&targets);
        let settled = self.settled_since(&deployment, &targets).await?;
        let mut deployment = deployment;
        deployment.incarnation = agent.state().incarnation;
        let number = agent.number;
        let counted = self.database.write(async move |tx| tx.assets().next_manifest_counter(number).await).await;
        deployment.counter = Some(counted.map_err(fettle_store::StoreError::from)?.value);
        let envelope = self.sign_manifest(&deployment, &job, authorisation, patches, now);
        deployment.manifest = Some(envelope.bytes().to_vec());
        deployment.manifest_hash = Some(envelope.hash());
        deployment.refused_code = None;
        deployment.offered_at = Some(now);
        deployment.changed_at = now;
        let fresh = new_token(self.entropy.as_ref());
        let older = agent.state().tokens.older_than(fresh);
        let event = offered_event(&deployment, now);
        let saved = deployment.clone();
        self.database
            .write(async move |tx| {
                let seq = tx.events().next_of_server(saved.id).await?;
                tx.deployments().update(&saved).await?;
                for row in &settled {
                    tx.deployments().put_patch(row).await?;
                }
                tx.events().insert(&StoredEvent { seq, ..event }).await?;
                tx.assets().put_tokens(number, &fresh, &older).await?;
                Ok::<_, Refused>(())
            })
            .await?;
        agent.state().tokens.give(fresh);
        *token = Some(fresh);
        Ok(Some(order(deployment.id, envelope.bytes(), authorisation)))
    }

    /// Rows of patches that were wanted when the run was published and are not any more: the manifest leaves them out, so
    /// the agent will never tell their outcome.
    async fn settled_since(
        &self,
        deployment: &Deployment,
        targets: &[TargetPatch],
    ) -> Result<Vec<DeploymentPatch>, Refused> {
        let mut rows = self.database.read().await?.deployments().patches(deployment.id).await?;
        rows.retain_mut(|row| {
            let now = targets.iter().find(|target| target.entry.patch.id == row.patch);
            let outcome = now.map_or(PatchOutcome::NotApplicable, |target| target.outcome);
            row.skipped = now.and_then(|target| target.skipped);
            row.outcome == PatchOutcome::PendingExecution && std::mem::replace(&mut row.outcome, outcome) != outcome
        });
        Ok(rows)
    }

    /// True when no manifest was made yet, when it ran out, when it is of an old incarnation, or when the agent refused
    /// it for a reason that a new one may mend (not more than once an hour).
    fn must_be_made(agent: &Agent, deployment: &Deployment, now: Timestamp) -> bool {
        let Some(offered_at) = deployment.offered_at.filter(|_| deployment.manifest.is_some()) else { return true };
        let age = now.duration_since(offered_at);
        let code = deployment.refused_code.as_deref().and_then(Code::from_name);
        let mendable = code.is_some_and(|code| MENDED_BY_A_NEW_ONE.contains(&code)) && age.as_hours() >= 1;
        // Its refusal came under the new incarnation, while the manifest was made for the one before.
        let is_of_another = code == Some(Code::NotForThisAgent)
            && deployment.manifest.as_deref().and_then(incarnation_of) != Some(agent.state().incarnation);
        age >= MANIFEST_LIFE || deployment.incarnation != agent.state().incarnation || mendable || is_of_another
    }
}

/// The incarnation that a manifest was made for.
fn incarnation_of(manifest: &[u8]) -> Option<u32> {
    let envelope = Envelope::open(manifest, PayloadType::Manifest, limit::MAX_ENVELOPE_MANIFEST).ok()?;
    envelope.read::<Manifest>().ok().map(|manifest| manifest.incarnation)
}

fn order(deployment: DeploymentId, manifest: &[u8], authorisation: fettle_model::Sha256) -> WorkOrder {
    WorkOrder { deployment, manifest: STANDARD.encode(manifest), authorisation }
}

fn offered_event(deployment: &Deployment, now: Timestamp) -> StoredEvent {
    StoredEvent {
        deployment: deployment.id,
        incarnation: 0,
        seq: 0,
        time: now,
        received_at: now,
        boot: String::new(),
        kind: EventKind::Offered.name().to_owned(),
        state: None,
        detail: json!({ "manifest": deployment.manifest_hash, "counter": deployment.counter }),
        note: None,
    }
}

fn missing(object: &'static str) -> Refused {
    Refused::internal(fettle_store::StoreError::Gone { object })
}
