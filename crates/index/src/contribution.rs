//! What chains of patches add to the counts of a block's assets.

use rustc_hash::FxHashMap;

use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::{Catalogue, PatchEntry, PatchNumber};
use crate::columns::Counts;
use crate::finding::is_same_version;
use crate::judging::Judged;
use crate::tally::{Change, Tally};

#[derive(Debug, Default)]
pub(crate) struct Contribution {
    /// Latest and missing.
    missing: Tally,
    /// Of them, of chains of which a security patch is missing, latest or not.
    missing_security: Tally,
    /// Latest, and not to be told.
    undetermined: Tally,
    installed: Tally,
}

impl Contribution {
    /// Adds a chain, newest first. A patch that was not judged concerns nobody; a hidden one is not counted, and one that is
    /// not in force replaces nothing.
    pub(crate) fn add(
        &mut self,
        catalogue: &Catalogue,
        chain: &[&PatchEntry],
        judged: &FxHashMap<PatchNumber, Judged>,
    ) {
        let chain: Vec<_> = chain.iter().filter_map(|link| Some((*link, judged.get(&link.number)?))).collect();
        let mut security = Bits::default();
        for (_, judged) in chain.iter().filter(|(link, _)| link.patch.is_security()) {
            security.add(&judged.missing);
        }
        let mut replaced = Bits::default();
        let mut newer: Vec<(&PatchEntry, &Judged)> = Vec::new();
        for same_version in chain.chunk_by(|(left, _), (right, _)| is_same_version(left, right)) {
            for (link, judged) in same_version.iter().filter(|(link, _)| !link.state.is_hidden()) {
                let covers = |newer: &PatchEntry| catalogue.covers(newer, link);
                let by_some;
                let replaced = if newer.iter().all(|(newer, _)| covers(newer)) {
                    &replaced
                } else {
                    by_some = applying(&newer, covers);
                    &by_some
                };
                self.add_missing(judged.missing.without(replaced), &security);
                if !judged.undetermined.is_empty() {
                    self.undetermined.add(judged.undetermined.without(replaced));
                }
                self.add_installed(judged.installed());
            }
            for (link, judged) in same_version.iter().filter(|(link, _)| link.is_in_force()) {
                replaced.add(&judged.applies);
                newer.push((link, judged));
            }
        }
    }

    /// One more that is missing and the latest; where it brings `security`, of that, too.
    pub(crate) fn add_missing(&mut self, latest: Bits, security: &Bits) {
        self.missing_security.add(latest.and(security));
        self.missing.add(latest);
    }

    pub(crate) fn add_installed(&mut self, installed: Bits) {
        self.installed.add(installed);
    }

    /// Both together.
    pub(crate) fn join(&mut self, other: Self) {
        self.missing.join(other.missing);
        self.missing_security.join(other.missing_security);
        self.undetermined.join(other.undetermined);
        self.installed.join(other.installed);
    }

    /// Changes the counts of those for whom `after` is another than this.
    pub(crate) fn replace(&self, block: &mut Block, after: &Self) {
        let mut each = |before: &Tally, after: &Tally, which: fn(&mut Counts) -> &mut u32| {
            before.differences(after, |at, change: Change| {
                if let Some(counts) = block.columns.counts_mut(at) {
                    change.apply(which(counts));
                }
            });
        };
        each(&self.missing, &after.missing, |counts| &mut counts.missing);
        each(&self.missing_security, &after.missing_security, |counts| &mut counts.missing_security);
        each(&self.undetermined, &after.undetermined, |counts| &mut counts.undetermined);
        each(&self.installed, &after.installed, |counts| &mut counts.installed);
    }
}

/// Where one of the newer patches applies that are `wanted`.
fn applying(newer: &[(&PatchEntry, &Judged)], wanted: impl Fn(&PatchEntry) -> bool) -> Bits {
    let mut applying = Bits::default();
    for (_, judged) in newer.iter().filter(|(newer, _)| wanted(newer)) {
        applying.add(&judged.applies);
    }
    applying
}
