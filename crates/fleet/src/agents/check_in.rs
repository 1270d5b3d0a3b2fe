//! `check-in` (`agent.md` 3.3, 3.6): one request that is held until there is work or the interval ends. With nothing
//! new it is answered from memory.

use std::net::IpAddr;
use std::time::Duration;

use fettle_wire::message::check_in::{EventsFrom, Next, Profile, ReadChangelogs, ScanOrder, Want};
use fettle_wire::message::{CheckIn, CheckInAnswer};
use serde_json::json;
use tokio::time::Instant;

use super::admit::Presented;
use super::orders::Order;
use super::spread::usual;
use super::state::Agent;
use crate::Fleet;
use crate::refusal::Refused;

/// The profile that every agent has for now; its revision rises when a setting of it changes.
const PROFILE_REVISION: u64 = 1;

impl Fleet {
    /// Answers a check-in. May take as long as the hold; dropping the future ends the hold.
    pub async fn check_in(
        &self,
        agent: &Agent,
        check_in: CheckIn,
        address: Option<IpAddr>,
    ) -> Result<CheckInAnswer, Refused> {
        self.admit(
            agent,
            Presented {
                incarnation: check_in.incarnation,
                token: &check_in.token,
                boot_id: Some(&check_in.boot_id),
                hardware: check_in.hardware.as_deref(),
            },
        )
        .await?;
        if let Some(hardware) = &check_in.hardware {
            self.note_hardware(agent, hardware).await?;
        }
        self.note_contact(agent, &check_in, address);
        let hold = self.hold(&check_in);
        let _held = hold.map(|_| Held::new(agent, &self.held));
        let ends = hold.map(|hold| Instant::now() + hold);
        loop {
            let woken = agent.wake.notified();
            // What an order means is judged with the index: before it is whole, orders wait.
            if self.loading.is_ready() && agent.state().orders().is_due(self.clock.now()) {
                let answer = self.compose(agent, &check_in).await?;
                if answer.has_news() {
                    return Ok(answer);
                }
            }
            let Some(ends) = ends else { return Ok(CheckInAnswer::nothing_new(self.clock.now(), self.spread(agent))) };
            if tokio::time::timeout_at(ends, woken).await.is_err() {
                return Ok(CheckInAnswer::nothing_new(self.clock.now(), Next { after_s: 0, spread_s: 0 }));
            }
        }
    }

    /// How long this check-in may be held; `None`: not at all.
    fn hold(&self, check_in: &CheckIn) -> Option<Duration> {
        let wished = check_in.hold_s.min(self.settings.check_in_seconds).min(self.settings.hold_seconds);
        let room = self.held.load(std::sync::atomic::Ordering::Relaxed) < self.settings.max_held;
        (wished > 0 && room).then(|| Duration::from_secs(u64::from(wished)))
    }

    fn spread(&self, agent: &Agent) -> Next {
        let interval = self.settings.check_in_seconds;
        if std::mem::replace(&mut agent.state().connection.has_a_second, true) {
            return usual(interval);
        }
        self.spread.first(self.clock.now(), interval)
    }

    fn note_contact(&self, agent: &Agent, check_in: &CheckIn, address: Option<IpAddr>) {
        let now = self.clock.now();
        let mut state = agent.state();
        state.connection.last_checked_in = Some(now);
        state.connection.is_dirty = true;
        state.connection.scanning = check_in.scanning;
        if let Some(address) = address {
            let address = address.to_canonical().to_string();
            if state.connection.address.as_ref() != Some(&address) {
                state.connection.address = Some(address);
            }
        }
        state.progress = check_in.progress.clone().map(Box::new);
        let fingerprint_differs = check_in.fingerprint != state.fingerprint;
        let facts_differ = !state.facts_hash.is_empty() && check_in.facts_hash != state.facts_hash;
        let profile_differs = check_in.profile_revision != PROFILE_REVISION;
        if state.orders.is_some() || fingerprint_differs || facts_differ || profile_differs {
            let orders = state.orders_mut();
            want(&mut orders.full, fingerprint_differs);
            want(&mut orders.facts, facts_differ);
            want(&mut orders.profile, profile_differs);
            state.drop_no_orders();
        }
    }

    /// Everything that waits for the agent, in one answer.
    async fn compose(&self, agent: &Agent, check_in: &CheckIn) -> Result<CheckInAnswer, Refused> {
        let now = self.clock.now();
        let orders = {
            let mut state = agent.state();
            // Kept until the scan that is running has been reported: it began before this one was asked for.
            let is_later = state.connection.scanning;
            let orders = state.orders_mut();
            let later = if is_later { orders.scan.take() } else { None };
            let told = orders.clone();
            orders.note_told(now);
            orders.scan = orders.scan.or(later);
            told
        };
        let next = Next { after_s: 0, spread_s: 0 };
        let mut answer = CheckInAnswer::nothing_new(now, next);
        answer.want.extend(orders.full.map(|_| Want::Full));
        answer.want.extend(orders.facts.map(|_| Want::Facts));
        if !orders.events_from.is_empty() {
            answer.want.push(Want::Events);
            answer.events_from = orders
                .events_from
                .iter()
                .map(|order| EventsFrom { deployment: order.what.0, seq: order.what.1 })
                .collect();
        }
        answer.scan = orders.scan.map(|order| ScanOrder {
            id: order.what.id,
            kind: "VM".to_owned(),
            refresh: order.what.refresh,
        });
        answer.profile = orders.profile.map(|_| self.profile());
        answer.read_changelogs = orders.read_changelogs.map(|order| ReadChangelogs { max_megabytes: order.what });
        answer.cancel = orders.cancel.iter().map(|order| order.what).collect();
        let trust_version = self.keys.trust.len() as u64;
        answer.trust_version = (check_in.trust_version < trust_version).then_some(trust_version);
        answer.simulate = self.simulations(agent, &orders.simulate).await?;
        let work = self.offer(agent, &orders.work).await?;
        answer.work = work.orders;
        answer.token = work.token.map(hex::encode);
        Ok(answer)
    }

    fn profile(&self) -> Profile {
        Profile {
            revision: PROFILE_REVISION,
            check_in_seconds: self.settings.check_in_seconds,
            scan_interval_hours: self.settings.scan_interval_hours,
            refresh_minutes: self.settings.refresh_minutes,
            installer_timeout_minutes: self.settings.installer_timeout_minutes,
        }
    }

    async fn note_hardware(
        &self,
        agent: &Agent,
        hardware: &[fettle_wire::message::enrol::HardwareId],
    ) -> Result<(), Refused> {
        let number = agent.number;
        let mut identity = self.database.read().await?.assets().identity(number).await?;
        let shown = serde_json::to_value(hardware).map_err(Refused::internal)?;
        if identity.hardware == shown {
            return Ok(());
        }
        identity.hardware = shown;
        let record = self.audit_identity(agent.asset, json!({ "cause": "HardwareChanged" }));
        self.database
            .write(async move |tx| {
                tx.assets().put_identity(number, &identity).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, Refused>(())
            })
            .await?;
        Ok(())
    }
}

fn want(order: &mut Option<Order<()>>, wanted: bool) {
    match (wanted, &order) {
        (true, None) => *order = Some(Order::new(())),
        (false, Some(_)) => *order = None,
        _ => {}
    }
}

/// Counts a held check-in as long as it lives.
struct Held<'a> {
    agent: &'a Agent,
    all: &'a std::sync::atomic::AtomicU32,
}

impl<'a> Held<'a> {
    fn new(agent: &'a Agent, all: &'a std::sync::atomic::AtomicU32) -> Self {
        agent.state().connection.held += 1;
        all.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Self { agent, all }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.agent.state().connection.held -= 1;
        self.all.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }
}
