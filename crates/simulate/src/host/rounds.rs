//! Rounds of updates of a host.

use std::collections::btree_map::Entry;

use fettle_model::component::Component;
use fettle_wire::message::report::OfferDetails;

use super::Host;
use crate::chance::Chance;

/// What a round of updates changed.
#[derive(Debug, Default)]
pub struct Upgrade {
    pub add: Vec<Component>,
    pub remove: Vec<Component>,
    pub details: Vec<OfferDetails>,
    /// Sources with new offers, after how many updates they are.
    pub(crate) offered: Vec<(u16, u32)>,
}

/// The same by sources, with the number of updates that they have had.
#[derive(Debug, Default)]
pub(crate) struct Round {
    installed: Vec<Installed>,
    /// Offers that newer ones take the place of.
    withdrawn: Vec<(u16, u32)>,
    offered: Vec<(u16, u32)>,
}

#[derive(Debug)]
struct Installed {
    source: u16,
    from: u32,
    to: u32,
    was_offered: bool,
}

impl Host {
    /// Installs the updates of as many offered sources as bring `packages` packages. Is then offered as many others, or,
    /// if it follows its archive, what came out on the next day.
    pub fn upgrade(&mut self, packages: usize) -> Upgrade {
        let round = self.pass_round(packages);
        let mut upgrade = Upgrade::default();
        for installed in round.installed {
            let Installed { source, from, to, was_offered } = installed;
            self.for_each(source, from, |source, package| upgrade.remove.push(self.package(source, package)));
            if was_offered {
                self.for_each(source, to, |source, package| upgrade.remove.push(self.offer(source, package, None)));
            }
            self.for_each(source, to, |source, package| upgrade.add.push(self.package(source, package)));
        }
        for (source, level) in round.withdrawn {
            let obstacle = self.obstacle(source);
            self.for_each(source, level, |source, package| upgrade.remove.push(self.offer(source, package, obstacle)));
        }
        for (source, level) in &round.offered {
            let obstacle = self.obstacle(*source);
            self.for_each(*source, *level, |source, package| {
                upgrade.add.push(self.offer(source, package, obstacle));
                upgrade.details.push(self.offer_details(source, package));
            });
        }
        upgrade.offered = round.offered;
        upgrade
    }

    /// The same, without putting into words what it changes.
    pub(crate) fn pass_round(&mut self, packages: usize) -> Round {
        let mut round = Round::default();
        let chance = Chance::new(
            self.seed,
            "upgrade",
            self.number ^ (self.levels.values().map(|level| u64::from(*level)).sum::<u64>() << 32),
        );
        let moved = self.install(packages, &chance, &mut round);
        if self.pace.is_some() {
            self.pass_day(&mut round);
        } else {
            self.offer_others(moved, &chance, &mut round);
        }
        round
    }

    /// Gives the number of packages.
    fn install(&mut self, packages: usize, chance: &Chance, round: &mut Round) -> usize {
        let free = self.offered.keys().copied().filter(|source| self.obstacle(*source).is_none());
        let mut free: Vec<u16> = free.collect();
        let mut moved = 0;
        while moved < packages && !free.is_empty() {
            let source = free.remove(chance.below(free.len()));
            moved += self.of(source).len();
            if let Some(to) = self.offered.remove(&source) {
                self.put(source, to, true, round);
            }
        }
        moved
    }

    fn put(&mut self, source: u16, to: u32, was_offered: bool, round: &mut Round) {
        let from = self.levels.insert(source, to).unwrap_or(0);
        round.installed.push(Installed { source, from, to, was_offered });
    }

    fn offer_others(&mut self, packages: usize, chance: &Chance, round: &mut Round) {
        let sources = self.updated();
        let mut offered = 0;
        while offered < packages && self.offered.len() < sources.len() {
            let source = sources[chance.below(sources.len())];
            let level = self.level(source) + 1;
            if let Entry::Vacant(vacant) = self.offered.entry(source) {
                vacant.insert(level);
                offered += self.of(source).len();
                round.offered.push((source, level));
            }
        }
    }

    /// What came out since is offered, or installed.
    fn pass_day(&mut self, round: &mut Round) {
        let Some(pace) = &mut self.pace else { return };
        pace.day += 1;
        let is_at_once = pace.is_at_once;
        for source in self.updated() {
            let candidate = self.candidate(source);
            let before = self.offered.get(&source).copied();
            if candidate <= before.unwrap_or(0).max(self.level(source)) {
                continue;
            }
            if is_at_once && before.is_none() && self.obstacle(source).is_none() {
                self.put(source, candidate, false, round);
                continue;
            }
            round.withdrawn.extend(before.map(|level| (source, level)));
            self.offered.insert(source, candidate);
            round.offered.push((source, candidate));
        }
    }
}
