//! Components as they come in: read, hashed, interned; and the difference that they make to an inventory.

use fettle_index::ComponentId;
use fettle_model::Sha256;
use fettle_model::component::{BadComponent, Component};
use fettle_store::assets::AssetInventory;
use fettle_store::catalogue::NewComponent;
use fettle_wire::{Fingerprint, WireComponent, component};

use crate::Fleet;
use crate::refusal::Refused;

/// Components of a report. Unclean ones count in the fingerprint, and are left out of everything else.
#[derive(Debug, Default)]
pub(crate) struct ReadComponents {
    /// Interned before: what they say was read then.
    known: Vec<(Sha256, u32)>,
    new: Vec<(NewComponent, Component)>,
    unclean: Vec<Sha256>,
    pub(crate) dropped: u64,
}

impl ReadComponents {
    pub(crate) fn hashes(&self) -> impl Iterator<Item = &Sha256> {
        let known = self.known.iter().map(|(hash, _)| hash);
        known.chain(self.new.iter().map(|(new, _)| &new.hash)).chain(&self.unclean)
    }

    /// Ids of the components that are known; what is not, no asset has.
    pub(crate) fn known(&self) -> Vec<u32> {
        sorted(self.known.iter().map(|(_, id)| *id).collect())
    }
}

/// What a report changes in an asset's inventory.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// Sorted; none of them was there.
    pub(crate) added: Vec<ComponentId>,
    /// Sorted; all of them were there.
    pub(crate) removed: Vec<ComponentId>,
    /// Components that the server left out; `None`: the report brought none.
    pub(crate) dropped: Option<u64>,
    pub(crate) to: Option<Fingerprint>,
}

impl Difference {
    pub(crate) fn apply(&self, inventory: &mut AssetInventory) {
        if let Some(to) = self.to {
            inventory.fingerprint = to.0;
        }
        if self.added.is_empty() && self.removed.is_empty() {
            return;
        }
        let components = &mut inventory.components;
        components.retain(|id| self.removed.binary_search(&ComponentId(*id)).is_err());
        components.extend(self.added.iter().map(|id| id.0));
        *components = sorted(std::mem::take(components));
    }
}

/// Sorted, each once.
pub(crate) fn sorted(mut ids: Vec<u32>) -> Vec<u32> {
    ids.sort_unstable();
    ids.dedup();
    ids
}

impl Fleet {
    /// Reads the entries of `add` or `remove`. One that is no component at all refuses the whole report, with its place.
    pub(crate) fn read_components(&self, entries: &[WireComponent], pointer: &str) -> Result<ReadComponents, Refused> {
        let mut read = ReadComponents::default();
        let mut seen = rustc_hash::FxHashSet::default();
        for (place, entry) in entries.iter().enumerate() {
            let canonical = serde_json::to_string(&entry.0).map_err(Refused::internal)?;
            let hash = component::hash_canonical(&canonical);
            if !seen.insert(hash) {
                return Err(Refused::invalid("a component stands twice in one list").at(format!("{pointer}/{place}")));
            }
            let known = self.components.lock().expect("no holder panics").get(&hash).copied();
            if let Some(id) = known {
                read.known.push((hash, id));
                continue;
            }
            match entry.clone().read() {
                Ok(component) => read.new.push((NewComponent { hash, canonical }, component)),
                Err(BadComponent::Unclean) => {
                    read.unclean.push(hash);
                    read.dropped += 1;
                }
                Err(error) => return Err(Refused::invalid(error.to_string()).at(format!("{pointer}/{place}"))),
            }
        }
        Ok(read)
    }

    /// Ids of the components, sorted; new ones are stored in a short transaction of their own, and made known to the
    /// index.
    pub(crate) async fn intern(&self, read: ReadComponents) -> Result<Vec<u32>, Refused> {
        let mut ids = read.known();
        if read.new.is_empty() {
            return Ok(ids);
        }
        let (new, components): (Vec<NewComponent>, Vec<Component>) = read.new.into_iter().unzip();
        let hashes: Vec<Sha256> = new.iter().map(|new| new.hash).collect();
        let committed = self.database.write(async move |tx| tx.components().intern(&new).await).await;
        let stored = committed.map_err(|error| Refused::internal(fettle_store::StoreError::from(error)))?.value;
        self.index.add_components(stored.iter().map(|id| ComponentId(*id)).zip(&components));
        self.components.lock().expect("no holder panics").extend(hashes.into_iter().zip(stored.iter().copied()));
        ids.extend(stored);
        Ok(sorted(ids))
    }
}
