//! Whom patches are about: machines that have one of their packages at all, in whatever version. Most patches of a chain
//! are about the same machines, so who they are is found out once for all of them, and none but the last of them is the
//! latest anywhere.

use std::sync::Arc;

use fettle_catalog::rule::{Clause, Reach};
use fettle_model::patch::MatchedBy;
use fettle_model::{AssetId, PackageKind, Repository};
use rustc_hash::FxHashMap;

use crate::catalogue::{PatchEntry, PatchNumber};

/// Patches of one audience apply to the same machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct AudienceNumber(u32);

/// The audiences of patches of packages. Those of updates change with what replaces them, and stand in no table.
#[derive(Debug, Default)]
pub(crate) struct Audiences {
    known: FxHashMap<Audience, Known>,
    of_patch: FxHashMap<PatchNumber, AudienceNumber>,
    next: u32,
}

#[derive(Debug)]
struct Known {
    number: AudienceNumber,
    patches: usize,
}

/// All of a rule but the fixed versions.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Audience {
    product: String,
    repository: Option<Arc<Repository>>,
    /// In order.
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Part {
    kind: PackageKind,
    by: MatchedBy,
    name: String,
    architecture: String,
    stream: String,
    /// `None`: everyone.
    reporters: Option<Vec<AssetId>>,
}

impl Audiences {
    pub(crate) fn of(&self, patch: PatchNumber) -> Option<AudienceNumber> {
        self.of_patch.get(&patch).copied()
    }

    /// Of a patch that has none yet.
    pub(crate) fn put(&mut self, entry: &PatchEntry) {
        let next = AudienceNumber(self.next);
        let known = self.known.entry(Audience::of(entry)).or_insert(Known { number: next, patches: 0 });
        known.patches += 1;
        if known.number == next {
            self.next += 1;
        }
        self.of_patch.insert(entry.number, known.number);
    }

    /// `entry` as it was put in.
    pub(crate) fn remove(&mut self, entry: &PatchEntry) {
        if self.of_patch.remove(&entry.number).is_none() {
            return;
        }
        let audience = Audience::of(entry);
        if let Some(known) = self.known.get_mut(&audience) {
            known.patches -= 1;
            if known.patches == 0 {
                self.known.remove(&audience);
            }
        }
    }
}

impl Audience {
    fn of(entry: &PatchEntry) -> Self {
        let rule = &entry.rule;
        let mut parts: Vec<Part> = rule.clauses.iter().map(Part::of).collect();
        parts.sort_unstable();
        parts.dedup();
        Self { product: rule.product.clone(), repository: rule.repository.clone(), parts }
    }
}

impl Part {
    fn of(clause: &Clause) -> Self {
        let reporters = match &clause.reach {
            Reach::Everyone => None,
            Reach::Reporters(assets) => Some(assets.clone()),
        };
        Self {
            kind: clause.kind,
            by: clause.by,
            name: clause.name.clone(),
            // A source's line holds for every architecture.
            architecture: if clause.by == MatchedBy::Source { String::new() } else { clause.architecture.clone() },
            stream: clause.stream.clone(),
            reporters,
        }
    }
}
