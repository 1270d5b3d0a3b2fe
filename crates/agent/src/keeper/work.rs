//! Work that the server offers: taken or refused, queued, run one at a time, told until the server has it all.

use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::{DeploymentId, DeploymentState as State};
use fettle_wire::Code;
use fettle_wire::document::TrustStatement;
use fettle_wire::dsse::PayloadType;
use fettle_wire::message::check_in::DeploymentHere;
use fettle_wire::message::dry_run::{DryRunOrder, DryRunProblem, DryRunReport};
use fettle_wire::message::events::detail;
use fettle_wire::message::{Event, EventKind};
use fettle_wire::{Envelope, sha256};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::check::{self, Refusal, Situation, Told};
use super::clock_watch::ClockWatch;
use super::deployment::{self, Cancel, Memory, Running, Said, Work};
use super::journal::{self, Durability, Journal};
use super::trust::TrustFolder;
use super::{Input, Keeper, KeeperError};
use crate::channel::ToTalker;
use crate::platform::apt::Apt;
use crate::platform::plan::PlanRequest;

impl Keeper {
    /// Deployments that a former process left unfinished, and journals that are no longer needed.
    pub(super) fn find_unfinished(&mut self) -> Result<(), KeeperError> {
        let mut unfinished = Vec::new();
        for id in self.known_deployments()? {
            let contents = journal::read(&journal::path(&self.journals(), id))?;
            let memory = Memory::of(&contents.records);
            if contents.damaged {
                self.set_aside(id, &contents)?;
            } else if memory.damaged && !memory.recorded {
                self.end_damaged(id)?;
            } else if memory.accepted && !(memory.is_terminal() && memory.recorded) {
                unfinished.push((id, memory));
            }
        }
        self.make_room()?;
        for (id, memory) in unfinished {
            self.queue(id, &memory, true);
        }
        Ok(())
    }

    pub(super) fn known_deployments(&self) -> Result<Vec<DeploymentId>, KeeperError> {
        let mut ids = Vec::new();
        for entry in fs_err::read_dir(self.journals())? {
            let name = entry?.file_name();
            ids.extend(name.to_str().and_then(|name| name.strip_suffix(".jnl")?.parse::<DeploymentId>().ok()));
        }
        ids.sort();
        Ok(ids)
    }

    /// Takes work, or says why not. The same work again is taken already.
    pub(super) fn offered(
        &mut self,
        id: DeploymentId,
        manifest: &str,
        authorisation: Option<&str>,
        server_time: Timestamp,
    ) -> Result<(), KeeperError> {
        let path = journal::path(&self.journals(), id);
        let known = if path.exists() { journal::read(&path)? } else { journal::Contents::default() };
        let memory = Memory::of(&known.records);
        if memory.accepted || memory.is_terminal() {
            return self.send_events(id, self.state.acknowledged.get(&id).copied().unwrap_or(0) + 1);
        }
        // What is not base64 is no envelope either, and is refused as such.
        let manifest_bytes = STANDARD.decode(manifest).unwrap_or_default();
        let authorisation_bytes = authorisation.and_then(|text| STANDARD.decode(text).ok());
        if memory.refused_manifest == Some(json!(sha256(&manifest_bytes))) {
            return self.send_events(id, self.state.acknowledged.get(&id).copied().unwrap_or(0) + 1);
        }
        let (Some(trust), Some(identity)) = (TrustFolder::new(&self.folder).load()?, self.identity()?) else {
            tracing::error!("work is offered to an agent without identity or trust");
            return Ok(());
        };
        let revisions = self.state.revisions.clone();
        let limits = self.settings.limits.read();
        let security = self.inventory.security_updates();
        let journal_room = self.make_room()?;
        let situation = Situation {
            trust: &trust,
            identity,
            counter: self.state.counter,
            revisions: &revisions,
            now: self.settings.clock.now(),
            server_time,
            monitor_only: self.settings.monitor_only,
            limits: &limits,
            security: &security,
            free_bytes: self.free_bytes(),
            journal_room,
        };
        let addressed = match check::address(&manifest_bytes, &situation) {
            Ok(addressed) => addressed,
            Err(refusal) => return self.refuse(id, &refusal, &manifest_bytes),
        };
        let manifest_hash = addressed.hash;
        if addressed.manifest.deployment != id {
            let refusal = Refusal {
                code: Code::ManifestInvalid,
                text: "it is of another deployment".to_owned(),
                pointer: Some("/deployment".to_owned()),
                told: Told::EventOnly,
            };
            return self.refuse(id, &refusal, &manifest_bytes);
        }
        let counter = addressed.manifest.counter;
        let job = addressed.manifest.job;
        let allowed = check::allow(addressed, authorisation_bytes.as_deref(), &situation);
        // The counter is on the disk before it is used, so that no manifest is taken twice.
        self.state.counter = counter;
        if let Ok(accepted) = &allowed {
            let highest = self.state.revisions.entry(job).or_default();
            *highest = accepted.authorisation.revision.max(*highest);
        }
        self.state.store(&self.folder)?;
        let clock = self.settings.clock.clone();
        let (mut journal, _) = Journal::open(&self.journals(), id, &self.boot)?;
        journal.note("manifest", json!(manifest), Durability::Written, clock.as_ref())?;
        journal.note("authorisation", json!(authorisation), Durability::Written, clock.as_ref())?;
        journal.note(
            "accepted",
            json!({"counter": counter, "limits": limits.hash}),
            Durability::Written,
            clock.as_ref(),
        )?;
        let received = detail::State { manifest: Some(manifest_hash), ..detail::State::default() };
        let told = journal.event(EventKind::State, state_data(State::Received, &received), clock.as_ref())?;
        self.send_all(told);
        match allowed {
            Ok(_) => {
                let memory = Memory::of(&journal::read(&path)?.records);
                self.queue(id, &memory, false);
                self.start_next_deployment()
            }
            Err(refusal) => {
                let state = if refusal.told == Told::Skipped { State::Skipped } else { State::Failed };
                let reason = if state == State::Skipped { "HostForbids" } else { refusal.code.name() };
                let detail = detail::State {
                    reason: Some(reason.to_owned()),
                    text: Some(refusal.text),
                    pointer: refusal.pointer,
                    ..detail::State::default()
                };
                let told = journal.event(EventKind::State, state_data(state, &detail), clock.as_ref())?;
                self.send_all(told);
                // There is nothing to record: no work was begun.
                journal.note("record", Value::Null, Durability::Synced, clock.as_ref())?;
                self.tell_status()
            }
        }
    }

    /// An event and no state: nothing is trusted enough to set one.
    fn refuse(&mut self, id: DeploymentId, refusal: &Refusal, manifest: &[u8]) -> Result<(), KeeperError> {
        tracing::error!(deployment = %id, code = %refusal.code, text = refusal.text, "work refused");
        let (mut journal, _) = Journal::open(&self.journals(), id, &self.boot)?;
        let detail = detail::Refused {
            code: refusal.code.name().to_owned(),
            text: refusal.text.clone(),
            pointer: refusal.pointer.clone(),
        };
        let mut data = serde_json::to_value(detail).expect("a detail is JSON");
        data["manifest"] = json!(sha256(manifest));
        let told = journal.event(EventKind::Refused, data, self.settings.clock.as_ref())?;
        self.send_all(told);
        Ok(())
    }

    fn free_bytes(&self) -> u64 {
        let space = self.folder.to_str().and_then(crate::facts::disks::space);
        space.map_or(0, |(_, free)| free)
    }

    pub(super) fn send(&self, event: Event) {
        self.talker.say(&ToTalker::Events { events: vec![event] });
    }

    pub(super) fn send_all(&self, events: Vec<Event>) {
        for event in events {
            self.send(event);
        }
    }

    /// Events of a deployment from number `seq` on.
    pub(super) fn send_events(&self, id: DeploymentId, seq: u32) -> Result<(), KeeperError> {
        let path = journal::path(&self.journals(), id);
        if !path.exists() {
            return Ok(());
        }
        let records = journal::read(&path)?.records;
        // One by one: a line between keeper and talker has its limit, and the talker joins them again.
        records
            .iter()
            .filter_map(|record| record.event(id))
            .filter(|event| event.seq >= seq)
            .for_each(|event| self.send(event));
        Ok(())
    }

    pub(super) fn send_unacknowledged(&self) -> Result<(), KeeperError> {
        self.known_deployments()?
            .into_iter()
            .try_for_each(|id| self.send_events(id, self.state.acknowledged.get(&id).copied().unwrap_or(0) + 1))
    }

    /// The whole output again, as the server asked.
    pub(super) fn send_log(&self, id: DeploymentId) -> Result<(), KeeperError> {
        let incarnation = self.identity()?.map_or(1, |identity| identity.incarnation);
        let output = self.journals().join(format!("{id}.log"));
        for chunk in deployment::whole_log(&output, id, incarnation)? {
            self.talker.say(&ToTalker::Log { chunk });
        }
        Ok(())
    }

    pub(super) fn deployments_here(&self) -> Vec<DeploymentHere> {
        let running = self.running.iter().map(|running| DeploymentHere { id: running.id, state: running.state });
        let waiting = self.waiting.iter().map(|waiting| DeploymentHere { id: waiting.id, state: waiting.state });
        running.chain(waiting).collect()
    }

    pub(super) fn start_deployment(&mut self, id: DeploymentId, resumed: bool) -> Result<(), KeeperError> {
        let Some(work) = self.work(id, resumed)? else { return Ok(()) };
        let state = work.memory.state.unwrap_or(State::Received);
        self.running = Some(Running { id, state, progress: None, cancel: work.cancel.clone() });
        thread::spawn(move || deployment::run(work));
        Ok(())
    }

    /// What a deployment is worked with; `None`: it cannot be, which is logged.
    pub(super) fn work(&self, id: DeploymentId, resumed: bool) -> Result<Option<Work>, KeeperError> {
        let (journal, contents) = Journal::open(&self.journals(), id, &self.boot)?;
        let memory = Memory::of(&contents.records);
        let (Some(trust), Some(identity)) = (TrustFolder::new(&self.folder).load()?, self.identity()?) else {
            return Ok(None);
        };
        let Some(accepted) = accepted(&memory, &trust) else {
            tracing::error!(deployment = %id, "its envelopes are not in the journal");
            return Ok(None);
        };
        Ok(Some(Work {
            id,
            accepted,
            manifest_bytes: memory.manifest.clone().unwrap_or_default(),
            authorisation_bytes: memory.authorisation.clone().unwrap_or_default(),
            journal,
            memory,
            trust,
            identity,
            monitor_only: self.settings.monitor_only,
            limits: self.settings.limits.clone(),
            clock_offset: self.state.clock_offset(),
            security: self.inventory.security_updates(),
            machine: self.settings.machine.clone(),
            platform: Apt::new(&self.settings.collectors.data, &self.settings.machine.root),
            collectors: self.settings.collectors.clone(),
            folder: self.folder.clone(),
            boot: self.boot.clone(),
            clock: self.settings.clock.clone(),
            clock_watch: ClockWatch::start(self.settings.clock.now()),
            inputs: self.inputs.clone(),
            cancel: Cancel::default(),
            resumed,
        }))
    }

    pub(super) fn hear_deployment(&mut self, said: Said) -> Result<(), KeeperError> {
        match said {
            Said::Event(event) => {
                let running = self.running.as_mut().filter(|running| running.id == event.deployment);
                if let (Some(running), Some(state)) = (running, event.state.as_deref().and_then(State::from_name)) {
                    running.state = state;
                }
                self.send(event);
                self.tell_status()
            }
            Said::Log(chunk) => {
                self.talker.say(&ToTalker::Log { chunk });
                Ok(())
            }
            Said::Progress(progress) => {
                if let Some(running) = &mut self.running {
                    running.progress = Some(progress);
                }
                self.tell_status()
            }
            Said::Scanned(scan) => self.scanned_by_deployment(*scan),
            Said::Finished(id) => self.deployment_ended(id),
            Said::Broke(id, text) => {
                tracing::error!(deployment = %id, text, "the deployment could not go on; the next start tries again");
                self.running = None;
                self.start_next_deployment()
            }
        }
    }

    /// A report that is on its way comes first; then the next scan tells what this one saw.
    fn scanned_by_deployment(&mut self, scan: crate::scan::Scan) -> Result<(), KeeperError> {
        if self.pending.is_some() {
            self.state.scanned_at = None;
            return Ok(());
        }
        self.scanned(scan)
    }

    pub(super) fn cancel(&mut self, ids: &[DeploymentId]) -> Result<(), KeeperError> {
        for id in ids {
            if let Some(running) = self.running.as_ref().filter(|running| running.id == *id) {
                running.cancel.set();
            } else {
                self.cancel_waiting(*id)?;
            }
        }
        self.tell_status()
    }

    /// Under a new incarnation or identity, old work is dead. What is being installed is finished, but not told.
    pub(super) fn drop_deployments(&mut self) -> Result<(), KeeperError> {
        if let Some(running) = &self.running {
            running.cancel.set();
        }
        self.waiting.clear();
        let running = self.running.as_ref().map(|running| running.id);
        let known = self.known_deployments()?;
        known.into_iter().filter(|id| Some(*id) != running).try_for_each(|id| self.remove_journal(id))
    }

    /// A dry run changes nothing, so it needs no signature and may run beside everything else.
    pub(super) fn simulate(&self, order: DryRunOrder) {
        let apt = Apt::new(&self.settings.collectors.data, &self.settings.machine.root);
        let inputs = self.inputs.clone();
        thread::spawn(move || inputs.send(Input::Simulated(Box::new(dry_run(&apt, &order)))));
    }
}

fn dry_run(apt: &Apt, order: &DryRunOrder) -> DryRunReport {
    let request = PlanRequest { work: order.work, patches: &order.patches, allow_removals: order.allow_removals };
    match apt.plan(&request) {
        Ok(plan) => {
            let specifications = plan.specifications();
            let bytes =
                if specifications.is_empty() { Some(0) } else { apt.download_bytes(order.work, &specifications) };
            plan.report(order.id, order.work, bytes)
        }
        Err(error) => DryRunReport {
            id: order.id,
            changes: Vec::new(),
            patches: Vec::new(),
            download_bytes: None,
            disk_bytes: None,
            reboot_expected: false,
            problem: Some(DryRunProblem { reason: error.reason, text: error.text }),
        },
    }
}

pub(super) fn state_data(state: State, detail: &detail::State) -> Value {
    let mut data = serde_json::to_value(detail).expect("a detail is JSON");
    data["state"] = Value::String(state.name().to_owned());
    data
}

/// Work as it was accepted, read again from the envelopes of its journal.
fn accepted(memory: &Memory, trust: &TrustStatement) -> Option<check::Accepted> {
    let manifest = Envelope::open(memory.manifest.as_ref()?, PayloadType::Manifest, usize::MAX).ok()?;
    let authorisation = Envelope::open(memory.authorisation.as_ref()?, PayloadType::Authorisation, usize::MAX).ok()?;
    Some(check::Accepted {
        manifest: manifest.read().ok()?,
        authorisation: authorisation.read().ok()?,
        manifest_hash: manifest.hash(),
        approved_by: authorisation
            .key_ids()
            .filter_map(|id| Some((trust.authorisation_key(id)?.person.clone(), id.0.clone())))
            .collect(),
    })
}
