//! The machines that do not report: made on all cores, looked at in their order, and put in.

use std::collections::VecDeque;
use std::sync::Arc;

use fettle_fleet::Fleet;
use fettle_model::ActivationKeyId;
use tokio::task::{JoinHandle, JoinSet};

use crate::blueprint::{Blueprint, Simulated};
use crate::bulk::{Numbers, Reported, Shared};
use crate::request::Request;
use crate::run::{Enrolled, Progress, SimulateError, Stage, enrol_one};

/// Machines of one transaction, transactions at work, and those whose machines are made ahead.
const TOGETHER: u32 = 250;
const PUTTING: usize = 4;
const MAKING: usize = 8;

/// Puts those in that do not report, as they are after the same rounds of updates: the same ones on any machine. One that
/// is offered something new reports all the same, and is added to `hosts`.
pub(crate) async fn put(
    fleet: &Arc<Fleet>,
    blueprint: &Arc<Blueprint>,
    key: ActivationKeyId,
    mut reported: Reported,
    hosts: &mut Vec<Enrolled>,
    progress: &impl Fn(Progress),
) -> Result<(), SimulateError> {
    let shared = Shared {
        fleet: Arc::clone(fleet),
        request: Request::new(key)?,
        numbers: Numbers::default(),
        blueprint: Arc::clone(blueprint),
    };
    let shared = Arc::new(shared);
    let mut rest = Rest::of(blueprint);
    let mut putting: JoinSet<Result<(), SimulateError>> = JoinSet::new();
    while let Some((end, made)) = rest.next().await? {
        let mut known = Vec::with_capacity(made.len());
        for machine in made {
            match machine {
                Simulated::WithAgent(host) if !reported.has_all_of(&host) => {
                    reported.note(&host);
                    let enrol = shared.request.enrolment(fleet, &host);
                    hosts.push(enrol_one(Arc::clone(fleet), Arc::clone(blueprint), enrol, host).await?);
                }
                machine => known.push(machine),
            }
        }
        if putting.len() == PUTTING {
            putting.join_next().await.transpose()?.transpose()?;
            fleet.trim_feed().await?;
        }
        putting.spawn(Arc::clone(&shared).put(known));
        progress(Progress { stage: Stage::Rest, done: end, of: blueprint.simulation.assets });
    }
    while let Some(put) = putting.join_next().await {
        put??;
    }
    fleet.trim_feed().await?;
    Ok(())
}

/// Some hundred at a time: made ahead by threads of their own, and given in their order.
struct Rest {
    blueprint: Arc<Blueprint>,
    /// Of the first machine that is not in the making.
    next: u32,
    making: VecDeque<(u32, JoinHandle<Vec<Simulated>>)>,
}

impl Rest {
    fn of(blueprint: &Arc<Blueprint>) -> Self {
        Self { blueprint: Arc::clone(blueprint), next: 0, making: VecDeque::new() }
    }

    /// Machines, and the number behind the last of them.
    async fn next(&mut self) -> Result<Option<(u32, Vec<Simulated>)>, SimulateError> {
        let assets = self.blueprint.simulation.assets;
        while self.making.len() < MAKING && self.next < assets {
            let (begin, end) = (self.next, assets.min(self.next + TOGETHER));
            let blueprint = Arc::clone(&self.blueprint);
            let made = move || (begin..end).filter_map(|number| made(&blueprint, number)).collect();
            self.making.push_back((end, tokio::task::spawn_blocking(made)));
            self.next = end;
        }
        let Some((end, made)) = self.making.pop_front() else { return Ok(None) };
        Ok(Some((end, made.await?)))
    }
}

/// `None`: it reports.
fn made(blueprint: &Blueprint, number: u32) -> Option<Simulated> {
    let is_first = number < blueprint.simulation.reporting;
    match blueprint.machine_after_rounds(number) {
        Simulated::WithAgent(_) if is_first => None,
        machine => Some(machine),
    }
}
