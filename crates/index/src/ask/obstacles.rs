//! Why machines would not install a missing patch now (`catalogue.md` 7.3), for all assets of a block at once. The plain
//! evaluator (`catalog::judge`) says the same of one asset; a property test holds the two together.

use std::collections::BTreeMap;

use fettle_catalog::rule::{Clause, Compared, Standing, is_same_architecture};
use fettle_model::component::{Component, Offer};
use fettle_model::debian_source::unsigned;
use fettle_model::patch::MatchedBy;
use fettle_model::{Obstacle, PackageKind};
use roaring::RoaringBitmap;

use crate::Shared;
use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::PatchEntry;
use crate::dictionary::Version;
use crate::judging::reached;

/// Slots of `missing` by the obstacle that counts: the first in the enumeration's order. Those without one are left out.
pub(super) fn obstacles(
    shared: &Shared,
    (at, block): (usize, &Block),
    entry: &PatchEntry,
    missing: &RoaringBitmap,
) -> BTreeMap<Obstacle, RoaringBitmap> {
    let mut all: BTreeMap<Obstacle, Bits> = BTreeMap::new();
    for clause in &entry.rule.clauses {
        let reached = reached(clause, &shared.slots, at);
        let (below, above) = shared.dictionary.cut(clause);
        let foreign = above.iter().filter(|version| version.standing(clause) == Standing::Below);
        let lacking = below.iter().chain(foreign);
        for version in lacking.filter(|version| clause.concerns(&version.architecture, &version.stream)) {
            let mut here = block.union(std::iter::once(version.component));
            if let Some(reached) = &reached {
                here.keep(reached);
            }
            if clause.newest_counts() {
                here.remove(&newer_of_kin(shared, block, clause, version, (below, above)));
            }
            if !here.is_empty() {
                of_package(shared, block, clause, version, here, &mut all);
            }
        }
    }
    let mut rest = missing.clone();
    let mut found = BTreeMap::new();
    for (obstacle, slots) in all {
        let slots = slots.to_bitmap() & &rest;
        rest -= &slots;
        if !slots.is_empty() {
            found.insert(obstacle, slots);
        }
    }
    found
}

/// Where a newer version of the same family and architecture is installed beside it.
fn newer_of_kin(
    shared: &Shared,
    block: &Block,
    clause: &Clause,
    version: &Version,
    (below, above): (&[Version], &[Version]),
) -> Bits {
    let kin = shared.dictionary.kin(version);
    let is_newer = |other: &&Version| {
        clause.kind.compare(&other.version, &version.version).is_gt()
            && clause.concerns(&other.architecture, &other.stream)
            && shared.dictionary.kin(other) == kin
    };
    block.union(below.iter().chain(above).filter(is_newer).map(|other| other.component))
}

/// The obstacle of one installed package that is below the fixed version, on the slots that have it.
fn of_package(
    shared: &Shared,
    block: &Block,
    clause: &Clause,
    version: &Version,
    mut here: Bits,
    all: &mut BTreeMap<Obstacle, Bits>,
) {
    let Some(package) = Installed::of(shared.dictionary.component(version.component), clause) else { return };
    for (id, offer) in shared.dictionary.offers_of(package.name) {
        if !package.is_offered_by(offer, &clause.compared(&version.version)) {
            continue;
        }
        let offered = block.union(std::iter::once(id)).and(&here);
        here.remove(&offered);
        if let Some(obstacle) = offer.obstacle {
            all.entry(obstacle).or_default().add(&offered);
        }
    }
    all.entry(Obstacle::NoCandidate).or_default().add(&here);
}

struct Installed<'a> {
    kind: PackageKind,
    name: &'a str,
    architecture: &'a str,
    /// Its version is not its source's, so that an offer cannot be compared with the source's fixed version.
    has_own_numbers: bool,
}

impl<'a> Installed<'a> {
    fn of(component: Option<&'a Component>, clause: &Clause) -> Option<Self> {
        match component? {
            Component::Deb { name, version, arch, source, source_version } => {
                let (_, source_version) = unsigned(source, source_version);
                let has_own_numbers = clause.by == MatchedBy::Source && source_version != *version;
                Some(Self { kind: PackageKind::Deb, name, architecture: arch, has_own_numbers })
            }
            Component::Rpm { name, arch, .. } => {
                Some(Self { kind: PackageKind::Rpm, name, architecture: arch, has_own_numbers: false })
            }
            _ => None,
        }
    }

    /// With the fix in it, as far as can be told.
    fn is_offered_by(&self, offer: &Offer, beside: &Compared<'_>) -> bool {
        offer.manager == self.kind.name()
            && is_same_architecture(&offer.arch, self.architecture)
            && (self.has_own_numbers || beside.is_brought_by(self.kind, &offer.candidate))
    }
}
