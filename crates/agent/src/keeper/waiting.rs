//! Deployments that wait: for their start, for the host's windows, for contact, or for the one that runs. What waits
//! holds nothing: scans and other deployments go on.

use fettle_model::outcome::SkipReason;
use fettle_model::{DeploymentId, DeploymentState as State, PatchId};
use fettle_wire::message::EventKind;
use fettle_wire::message::events::detail;

use super::clock_watch::since_boot;
use super::deployment::{self, Memory};
use super::gate::{Bounds, Gate, gate};
use super::journal::{self, Journal};
use super::work::state_data;
use super::{Keeper, KeeperError};

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: DeploymentId,
    pub(super) state: State,
    /// Where a blocked one came from, and goes back to.
    came_from: State,
    /// Why it is blocked, as it was told.
    reason: Option<String>,
    /// `None`: it was begun, and goes on at once.
    bounds: Option<Bounds>,
    /// Begun by an agent that has ended.
    pub(super) resumed: bool,
}

impl Keeper {
    /// Queues a deployment whose journal says that there is something left to do.
    pub(super) fn queue(&mut self, id: DeploymentId, memory: &Memory, resumed: bool) {
        let state = memory.state.unwrap_or(State::Received);
        let waits = state == State::Blocked || (memory.before.is_none() && !memory.is_terminal());
        let bounds = memory.manifest().filter(|_| waits);
        let bounds = bounds.map(|manifest| Bounds { start: manifest.start, end: manifest.end });
        let came_from = if memory.before.is_some() { State::Downloaded } else { State::Received };
        self.waiting.push(Waiting { id, state, came_from, reason: memory.state_reason.clone(), bounds, resumed });
        self.waiting.sort_by_key(|waiting| (waiting.bounds.map(|bounds| bounds.start), waiting.id));
    }

    /// Starts the first that may begin, one at a time; tells of the others why they wait.
    pub(super) fn start_next_deployment(&mut self) -> Result<(), KeeperError> {
        let limits = self.settings.limits.read();
        let now = self.settings.clock.now();
        let mut at = 0;
        while at < self.waiting.len() {
            let contact = self.state.contacted_at;
            let open = self.waiting[at].bounds.map(|bounds| gate(bounds, &limits.limits, contact, now));
            match open {
                Some(Gate::Closed) => {
                    let waiting = self.waiting.remove(at);
                    self.end_waiting(waiting.id, State::TimedOut, SkipReason::WindowClosed)?;
                }
                Some(Gate::Blocked { reason, text }) => {
                    self.block(at, reason, &text)?;
                    at += 1;
                }
                Some(Gate::NotYet) => at += 1,
                Some(Gate::Open) | None if self.running.is_some() => at += 1,
                Some(Gate::Open) | None => {
                    self.unblock(at)?;
                    let waiting = self.waiting.remove(at);
                    self.start_deployment(waiting.id, waiting.resumed)?;
                }
            }
        }
        self.tell_status()
    }

    fn block(&mut self, at: usize, reason: &str, text: &str) -> Result<(), KeeperError> {
        let waiting = &mut self.waiting[at];
        if waiting.state == State::Blocked && waiting.reason.as_deref() == Some(reason) {
            return Ok(());
        }
        waiting.state = State::Blocked;
        waiting.reason = Some(reason.to_owned());
        let detail =
            detail::State { reason: Some(reason.to_owned()), text: Some(text.to_owned()), ..detail::State::default() };
        let id = waiting.id;
        self.tell_state(id, State::Blocked, &detail)
    }

    fn unblock(&mut self, at: usize) -> Result<(), KeeperError> {
        let waiting = &mut self.waiting[at];
        if waiting.state != State::Blocked {
            return Ok(());
        }
        waiting.state = waiting.came_from;
        waiting.reason = None;
        let (id, state) = (waiting.id, waiting.state);
        self.tell_state(id, state, &detail::State::default())
    }

    /// Windows follow the new clock; what has begun is known by its journal, so nothing is begun twice.
    pub(super) fn tell_clock_if_moved(&mut self) -> Result<(), KeeperError> {
        let clock = self.settings.clock.clone();
        let Some(changed) = self.clock_watch.look(clock.now(), since_boot()) else { return Ok(()) };
        tracing::warn!(from = %changed.from, to = %changed.to, "the clock was moved");
        let data = serde_json::to_value(changed).expect("a detail is JSON");
        for id in self.waiting.iter().map(|waiting| waiting.id).collect::<Vec<_>>() {
            let (mut journal, _) = Journal::open(&self.journals(), id, &self.boot)?;
            let told = journal.event(EventKind::ClockChanged, data.clone(), clock.as_ref())?;
            self.send_all(told);
        }
        Ok(())
    }

    fn tell_state(&mut self, id: DeploymentId, state: State, detail: &detail::State) -> Result<(), KeeperError> {
        let (mut journal, _) = Journal::open(&self.journals(), id, &self.boot)?;
        let told = journal.event(EventKind::State, state_data(state, detail), self.settings.clock.as_ref())?;
        self.send_all(told);
        Ok(())
    }

    /// Takes one that waits out of the queue and ends it, with its record. False: it does not wait.
    pub(super) fn cancel_waiting(&mut self, id: DeploymentId) -> Result<bool, KeeperError> {
        let Some(at) = self.waiting.iter().position(|waiting| waiting.id == id && waiting.bounds.is_some()) else {
            return Ok(false);
        };
        self.waiting.remove(at);
        self.end_waiting(id, State::Canceled, SkipReason::Canceled)?;
        Ok(true)
    }

    fn end_waiting(&self, id: DeploymentId, state: State, skipped: SkipReason) -> Result<(), KeeperError> {
        let Some(work) = self.work(id, false)? else { return Ok(()) };
        let reason = if state == State::TimedOut { "WindowClosed" } else { "" };
        deployment::end_unbegun(work, state, reason, skipped)
            .map_err(|error| KeeperError::Deployment(crate::collector::chain(&error)))
    }

    /// A deployment's thread has ended: terminal, waiting for a restart, or blocked before its first installer.
    pub(super) fn deployment_ended(&mut self, id: DeploymentId) -> Result<(), KeeperError> {
        self.running.take_if(|running| running.id == id);
        let memory = Memory::of(&journal::read(&journal::path(&self.journals(), id))?.records);
        if memory.state == Some(State::Blocked) {
            self.queue(id, &memory, false);
        }
        self.start_next_deployment()
    }
}

impl Memory {
    /// Patches of the manifest that nothing was told of.
    pub fn untold(&self, patches: impl IntoIterator<Item = PatchId>) -> Vec<PatchId> {
        patches.into_iter().filter(|patch| !self.outcomes.contains_key(patch)).collect()
    }
}
