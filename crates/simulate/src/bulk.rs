//! The hosts of a large fleet that need not report: what they have is known already, so it is written as their reports
//! would have left it.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use fettle_fleet::Fleet;
use fettle_fleet::agents::whole::WholeAsset;
use fettle_model::Sha256;
use fettle_wire::{Fingerprint, component};
use jiff::SignedDuration;

use crate::chance::Chance;
use crate::host::{Host, Place};
use crate::run::{Enrolled, SimulateError};

/// So many assets vouch for a package before the server believes it of others.
const REPORTERS: usize = 3;
const POISONED: &str = "no holder of the simulation's tables panics";

/// A component of one release.
type Key = (&'static str, Place);

/// Which updates enough hosts have reported.
#[derive(Debug, Default)]
pub(crate) struct Reported(HashMap<Key, Vec<u64>>);

impl Reported {
    pub(crate) fn note(&mut self, host: &Host) {
        for offer in host.offers() {
            let hosts = self.0.entry((host.archive.codename, offer)).or_default();
            if hosts.len() < REPORTERS && !hosts.contains(&host.number()) {
                hosts.push(host.number());
            }
        }
    }

    pub(crate) fn note_all(&mut self, hosts: &[Enrolled]) {
        for (_, host) in hosts {
            self.note(host);
        }
    }

    /// The server would learn nothing from the host's report.
    pub(crate) fn has_all_of(&self, host: &Host) -> bool {
        host.offers()
            .all(|offer| self.0.get(&(host.archive.codename, offer)).is_some_and(|hosts| hosts.len() >= REPORTERS))
    }
}

/// Numbers and hashes of the components that hosts were put in with.
#[derive(Debug, Default)]
pub(crate) struct Numbers(RwLock<HashMap<Key, (u32, Sha256)>>);

impl Numbers {
    /// Of what the hosts have that has none yet.
    async fn give(&self, fleet: &Fleet, hosts: &[Host]) -> Result<(), SimulateError> {
        let mut missing = HashMap::new();
        {
            let known = self.0.read().expect(POISONED);
            for host in hosts {
                for place in host.places() {
                    let key = (host.archive.codename, place);
                    if !known.contains_key(&key) {
                        missing.entry(key).or_insert_with(|| host.component(place));
                    }
                }
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let (keys, components): (Vec<Key>, Vec<_>) = missing.into_iter().unzip();
        let numbers = fleet.number_components(&components).await?;
        let hashes = components.iter().map(component::hash);
        self.0.write().expect(POISONED).extend(keys.into_iter().zip(numbers.into_iter().zip(hashes)));
        Ok(())
    }

    /// Those of one host, and its fingerprint.
    fn of(&self, host: &Host) -> (Vec<u32>, Fingerprint) {
        let known = self.0.read().expect(POISONED);
        let mut fingerprint = Fingerprint::EMPTY;
        let numbers = host.places().into_iter().map(|place| {
            let (number, hash) = known[&(host.archive.codename, place)];
            fingerprint = fingerprint.with(&hash);
            number
        });
        (numbers.collect(), fingerprint)
    }
}

/// Puts hosts in as they are now. `seed` decides when they enrolled and were heard of: within 300 days, within one.
pub(crate) async fn put(
    fleet: Arc<Fleet>,
    numbers: Arc<Numbers>,
    seed: u64,
    hosts: Vec<(Host, fettle_wire::message::Enrol)>,
) -> Result<(), SimulateError> {
    let now = fleet.clock.now();
    let (hosts, enrolments): (Vec<Host>, Vec<_>) = hosts.into_iter().unzip();
    numbers.give(&fleet, &hosts).await?;
    let whole = hosts.iter().zip(enrolments).map(|(host, enrol)| {
        let chance = Chance::new(seed, "life", host.number());
        let ago = |seconds: usize| now - SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0));
        let (components, fingerprint) = numbers.of(host);
        let scanned_at = ago(chance.below(86_400));
        WholeAsset {
            enrol,
            enrolled_at: ago(86_400 * (8 + chance.below(292))),
            report: crate::report::without_components(host, scanned_at, fleet.entropy.as_ref(), fingerprint),
            components,
            last_checked_in: ago(chance.below(3_600)),
        }
    });
    let whole = whole.collect();
    Ok(fleet.put_whole(whole).await?)
}
