//! The machines of a large fleet that need not report: what they have is known already, so it is written as their reports
//! would have left it.

use std::sync::{Arc, RwLock};

use fettle_fleet::Fleet;
use fettle_fleet::agents::whole::WholeAsset;
use fettle_model::Sha256;
use fettle_wire::{Fingerprint, component};
use rustc_hash::FxHashMap;

use crate::blueprint::{Blueprint, Simulated};
use crate::host::Host;
use crate::machine::{Machine, Place};
use crate::request::Request;
use crate::run::SimulateError;

/// So many assets vouch for a package before the server believes it of others.
const REPORTERS: usize = 3;
const POISONED: &str = "no holder of the simulation's tables panics";

/// A component of one release.
type Key = (&'static str, Place);

/// Which updates enough hosts have reported.
#[derive(Debug, Default)]
pub(crate) struct Reported(FxHashMap<Key, Vec<u64>>);

impl Reported {
    pub(crate) fn note(&mut self, host: &Host) {
        for offer in offers(host) {
            let hosts = self.0.entry(offer).or_default();
            if hosts.len() < REPORTERS && !hosts.contains(&host.number()) {
                hosts.push(host.number());
            }
        }
    }

    /// The server would learn nothing from the host's report.
    pub(crate) fn has_all_of(&self, host: &Host) -> bool {
        offers(host).all(|offer| self.0.get(&offer).is_some_and(|hosts| hosts.len() >= REPORTERS))
    }
}

/// A package is what it is on a host that may not install it, too.
fn offers(host: &Host) -> impl Iterator<Item = Key> {
    host.offers().map(|place| match place {
        Place::Offered { source, package, level, .. } => {
            (host.archive.codename, Place::Offered { source, package, level, obstacle: None })
        }
        other => (host.archive.codename, other),
    })
}

/// Numbers and hashes of the components that hosts were put in with.
#[derive(Debug, Default)]
pub(crate) struct Numbers(RwLock<FxHashMap<Key, (u32, Sha256)>>);

impl Numbers {
    /// Of what the machines have that has none yet.
    async fn give(&self, fleet: &Fleet, machines: &[Simulated]) -> Result<(), SimulateError> {
        let missing = self.missing(machines);
        if missing.is_empty() {
            return Ok(());
        }
        let (keys, components): (Vec<Key>, Vec<_>) = missing.into_iter().unzip();
        let numbers = fleet.number_components(&components).await?;
        let hashes = components.iter().map(component::hash);
        self.0.write().expect(POISONED).extend(keys.into_iter().zip(numbers.into_iter().zip(hashes)));
        Ok(())
    }

    fn missing(&self, machines: &[Simulated]) -> FxHashMap<Key, fettle_model::component::Component> {
        let known = self.0.read().expect(POISONED);
        let mut missing = FxHashMap::default();
        for machine in machines.iter().map(Simulated::machine) {
            for place in machine.places() {
                let key = (machine.release_key(), place);
                if !known.contains_key(&key) {
                    missing.entry(key).or_insert_with(|| machine.component(place));
                }
            }
        }
        missing
    }

    /// Those of one machine, and its fingerprint.
    fn of(&self, machine: &dyn Machine) -> (Vec<u32>, Fingerprint) {
        let known = self.0.read().expect(POISONED);
        let mut fingerprint = Fingerprint::EMPTY;
        let numbers = machine.places().into_iter().map(|place| {
            let (number, hash) = known[&(machine.release_key(), place)];
            fingerprint = fingerprint.with(&hash);
            number
        });
        (numbers.collect(), fingerprint)
    }
}

/// What all machines that are put in share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) fleet: Arc<Fleet>,
    pub(crate) request: Request,
    pub(crate) numbers: Numbers,
    pub(crate) blueprint: Arc<Blueprint>,
}

impl Shared {
    /// Puts machines in as they are now.
    pub(crate) async fn put(self: Arc<Self>, machines: Vec<Simulated>) -> Result<(), SimulateError> {
        self.numbers.give(&self.fleet, &machines).await?;
        let whole = machines.iter().map(|machine| self.whole(machine.machine())).collect();
        Ok(self.fleet.put_whole(whole).await?)
    }

    fn whole(&self, machine: &dyn Machine) -> WholeAsset {
        let (life, end) = (self.blueprint.life(machine.number()), self.blueprint.calendar.end);
        let (components, fingerprint) = self.numbers.of(machine);
        let entropy = self.fleet.entropy.as_ref();
        WholeAsset {
            enrol: self.request.without_certificate(&self.fleet, machine),
            enrolled_at: life.enrolled_at(end),
            report: crate::report::without_components(machine, life.scanned_at(end), entropy, fingerprint),
            components,
            last_checked_in: life.last_checked_in(end),
        }
    }
}
