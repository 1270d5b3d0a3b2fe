//! `events` (`agent.md` 3.5): what an agent tells of its deployments. Known ones count once; a gap is asked for.

use std::collections::BTreeMap;

use fettle_model::job::JobStatus;
use fettle_model::{AssetId, DeploymentId, DeploymentState};
use fettle_store::jobs::{Deployment, StoredEvent};
use fettle_store::{StoreError, Tx};
use fettle_wire::message::events::{Acknowledged, Event, EventKind, detail};
use fettle_wire::message::{Events, EventsAnswer};
use fettle_wire::{Code, limit};
use jiff::Timestamp;

use super::deployment::{conclude, take_patch, take_state};
use crate::Fleet;
use crate::agents::Agent;
use crate::agents::admit::{check_incarnation, new_token};
use crate::agents::orders::Order;
use crate::refusal::Refused;

/// A deployment after its events were taken.
struct Taken {
    deployment: Deployment,
    acknowledged: u32,
    has_gap: bool,
    /// Some of them were not known before.
    is_new: bool,
}

impl Fleet {
    /// `token`: the one that the agent shows; `None` from an agent that shows it at check-ins only.
    pub async fn events(&self, agent: &Agent, token: Option<&str>, events: Events) -> Result<EventsAnswer, Refused> {
        self.admit_shown(agent, events.incarnation, token).await?;
        let _turn = agent.turn.lock().await;
        check_incarnation(agent, events.incarnation)?;
        if events.events.len() > limit::MAX_EVENTS {
            let message = format!("at most {} events at once", limit::MAX_EVENTS);
            return Err(Refused::new(Code::BodyTooLarge, message).at("/events"));
        }
        let now = self.clock.now();
        let mut by_deployment: BTreeMap<DeploymentId, Vec<StoredEvent>> = BTreeMap::new();
        for (place, event) in events.events.into_iter().enumerate() {
            let stored = stored(event, events.incarnation, now).ok_or_else(|| {
                Refused::invalid("event numbers go from 1 to 10,000").at(format!("/events/{place}/seq"))
            })?;
            by_deployment.entry(stored.deployment).or_default().push(stored);
        }
        let token = new_token(self.entropy.as_ref());
        let (number, older, asset) = (agent.number, agent.state().tokens.older_than(token), agent.asset);
        let committed = self
            .database
            .write(async move |tx| {
                let mut taken = Vec::new();
                for (deployment, events) in &by_deployment {
                    taken.push(take(tx, asset, *deployment, events, now).await?);
                }
                // Events that are known already commit nothing: the token that the agent missed stays good.
                if taken.iter().any(|taken| taken.is_new) {
                    tx.assets().put_tokens(number, &token, &older).await?;
                }
                Ok::<_, Refused>(taken)
            })
            .await?;
        let mut state = agent.state();
        if committed.value.iter().any(|taken| taken.is_new) {
            state.tokens.give(token);
        }
        let token = state.tokens.newest();
        let mut acked = Vec::new();
        for taken in &committed.value {
            let deployment = &taken.deployment;
            acked.push(Acknowledged { deployment: deployment.id, seq: taken.acknowledged });
            if deployment.state.is_terminal() {
                state.orders_mut().drop_all_of(deployment.id);
            } else if deployment.state != DeploymentState::Pending {
                state.orders_mut().drop_work(deployment.id);
            }
            state.orders_mut().events_from.retain(|order| order.what.0 != deployment.id);
            if taken.has_gap {
                state.orders_mut().events_from.push(Order::new((deployment.id, taken.acknowledged + 1)));
            }
        }
        drop(state);
        for taken in &committed.value {
            self.show_deployment(&taken.deployment);
        }
        Ok(EventsAnswer { token: hex::encode(token), acked })
    }
}

fn stored(event: Event, incarnation: u32, now: Timestamp) -> Option<StoredEvent> {
    (1..=limit::MAX_EVENT_SEQUENCE).contains(&event.seq).then(|| StoredEvent {
        deployment: event.deployment,
        incarnation,
        seq: event.seq,
        time: event.time,
        received_at: now,
        boot: fettle_model::text::cleaned(&event.boot, 64),
        kind: event.kind.name().to_owned(),
        state: event.state,
        detail: event.detail,
        note: None,
    })
}

/// Stores the events of one deployment, and applies those that follow without a gap.
async fn take(
    tx: &mut Tx,
    asset: AssetId,
    id: DeploymentId,
    events: &[StoredEvent],
    now: Timestamp,
) -> Result<Taken, Refused> {
    let found = tx.deployments().find(id).await?;
    let mut deployment = found
        .filter(|deployment| deployment.asset == asset)
        .ok_or_else(|| Refused::invalid(format!("deployment {id} is not of this agent")).at("/events"))?;
    let rows = tx.deployments().patches(id).await?;
    let mut fresh: Vec<StoredEvent> = Vec::new();
    for event in events {
        // The note is part of the stored event, so it is found before: on a copy, in order.
        if tx.events().insert(event).await? {
            fresh.push(event.clone());
        }
    }
    let incarnation = events.first().map_or(deployment.incarnation, |event| event.incarnation);
    let known = if incarnation == deployment.incarnation { deployment.last_seq } else { 0 };
    let reached = tx.events().highest_without_gap(id, incarnation).await?;
    let mut has_changed = false;
    if reached > known {
        let all = tx.events().of_deployment(id).await?;
        let mut due: Vec<_> = all
            .into_iter()
            .filter(|event| event.incarnation == incarnation && event.seq > known && event.seq <= reached)
            .collect();
        due.sort_by_key(|event| event.seq);
        for event in &due {
            if let Some(note) = apply(tx, &mut deployment, &rows, event).await? {
                tracing::warn!(deployment = %id, seq = event.seq, note, "an event was stored but not applied");
                tx.events().put_note(event, &note).await?;
            }
        }
        deployment.last_seq = reached;
        deployment.incarnation = incarnation;
        has_changed = true;
    }
    if has_changed {
        tx.deployments().update(&deployment).await?;
        conclude_run(tx, &deployment, now).await?;
    }
    let has_gap = fresh.iter().any(|event| event.seq > reached);
    Ok(Taken { deployment, acknowledged: reached, has_gap, is_new: !fresh.is_empty() })
}

/// Applies one event; gives a note where it could not be applied.
async fn apply(
    tx: &mut Tx,
    deployment: &mut Deployment,
    rows: &[fettle_store::jobs::DeploymentPatch],
    event: &StoredEvent,
) -> Result<Option<String>, StoreError> {
    let kind = EventKind::from_name(&event.kind);
    Ok(match kind {
        EventKind::State => take_state(deployment, event),
        EventKind::Patch => match take_patch(rows, event) {
            Ok(row) => {
                tx.deployments().put_patch(&row).await?;
                None
            }
            Err(note) => Some(note),
        },
        EventKind::Refused => {
            let told: Option<detail::Refused> = serde_json::from_value(event.detail.clone()).ok();
            deployment.refused_code =
                Some(told.as_ref().map_or_else(|| "REFUSED".to_owned(), |told| told.code.clone()));
            deployment.text = told.map(|told| told.text);
            deployment.changed_at = event.received_at;
            None
        }
        _ => None,
    })
}

/// A run and its job go on with their deployments.
pub(crate) async fn conclude_run(tx: &mut Tx, deployment: &Deployment, now: Timestamp) -> Result<(), StoreError> {
    let Some(mut run) = tx.runs().find(deployment.run).await? else { return Ok(()) };
    let before = run.clone();
    let counts = tx.deployments().states_of_run(run.id).await?;
    conclude(&mut run, counts.into_iter().map(|count| count.state), now);
    if run == before {
        return Ok(());
    }
    tx.runs().update(&run).await?;
    if run.finished_at.is_some()
        && let Some(mut job) = tx.jobs().find(run.job).await?
        && job.status == JobStatus::Enabled
    {
        job.status = JobStatus::Completed;
        job.changed_at = now;
        tx.jobs().update(&job).await?;
    }
    Ok(())
}
