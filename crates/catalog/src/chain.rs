//! What replaces what by version order (`catalogue.md` 4, `VersionOrder`): derived, not stored.
//!
//! Patches of one source package in one release stand in one chain, oldest first. A later one replaces the earlier ones
//! that it covers ([`Patch::covers`]); on an asset it does so only if it applies there.

use std::collections::HashMap;

use fettle_model::PackageKind;
use fettle_model::patch::Patch;

/// Release and source package. Versions of the two kinds of packages have no common order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainKey {
    pub product: String,
    pub kind: PackageKind,
    pub source: String,
}

impl ChainKey {
    pub fn of(patch: &Patch) -> Self {
        Self { product: patch.product.clone(), kind: patch.package_kind, source: patch.source.clone() }
    }

    /// True when the patch stands in this chain.
    pub fn is_of(&self, patch: &Patch) -> bool {
        self.product == patch.product && self.kind == patch.package_kind && self.source == patch.source
    }

    fn is_same<T>(&self, one: &Link<T>, other: &Link<T>) -> bool {
        self.kind.compare(&one.version, &other.version).is_eq()
    }
}

/// May the one replace the other, where it applies? A withdrawn one does not; nor does a disabled one, which is not looked
/// at here.
pub fn replaces(newer: &Patch, older: &Patch) -> bool {
    !newer.withdrawn && ChainKey::of(older).is_of(newer) && newer.compare_versions(older).is_gt() && newer.covers(older)
}

/// Chains over any kind of patch handle.
#[derive(Debug, Clone)]
pub struct Chains<T>(HashMap<ChainKey, Vec<Link<T>>>);

#[derive(Debug, Clone)]
struct Link<T> {
    version: String,
    patch: T,
}

impl<T> Default for Chains<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Copy + Eq> Chains<T> {
    /// Puts a patch at its place; one that is there already stays, or goes to the place of its new version.
    pub fn insert(&mut self, key: ChainKey, version: &str, patch: T) {
        let kind = key.kind;
        let chain = self.0.entry(key).or_default();
        if let Some(at) = chain.iter().position(|link| link.patch == patch) {
            if chain[at].version == version {
                return;
            }
            chain.remove(at);
        }
        let at = chain.partition_point(|link| kind.compare(&link.version, version).is_le());
        chain.insert(at, Link { version: version.to_owned(), patch });
    }

    /// Takes a patch out of a chain that it stood in.
    pub fn remove(&mut self, key: &ChainKey, patch: T) {
        let Some(chain) = self.0.get_mut(key) else { return };
        chain.retain(|link| link.patch != patch);
        if chain.is_empty() {
            self.0.remove(key);
        }
    }

    /// All patches of the chain, oldest first.
    pub fn chain(&self, key: &ChainKey) -> impl DoubleEndedIterator<Item = T> {
        self.0.get(key).into_iter().flatten().map(|link| link.patch)
    }

    /// Patches with a higher version than `patch`, nearest first. One of the same version replaces nothing.
    pub fn newer(&self, key: &ChainKey, patch: T) -> impl Iterator<Item = T> {
        let (own, chain) = self.place(key, patch);
        let behind = chain.get(own..).unwrap_or_default();
        // They are in order: only those next to it may be of the same version.
        let newer = behind.iter().skip_while(move |link| key.is_same(link, &behind[0]));
        newer.map(|link| link.patch)
    }

    /// Patches with a lower version than `patch`, nearest first.
    pub fn older(&self, key: &ChainKey, patch: T) -> impl Iterator<Item = T> {
        let (own, chain) = self.place(key, patch);
        let before = chain.get(..=own).unwrap_or_default();
        let older = before.iter().rev().skip_while(move |link| key.is_same(link, &before[own]));
        older.map(|link| link.patch)
    }

    /// Where the patch stands in its chain: behind its end, if it does not.
    fn place(&self, key: &ChainKey, patch: T) -> (usize, &[Link<T>]) {
        let chain = self.0.get(key).map_or(&[][..], Vec::as_slice);
        (chain.iter().position(|link| link.patch == patch).unwrap_or(chain.len()), chain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_in_version_order() {
        let key = ChainKey { product: "debian:12".to_owned(), kind: PackageKind::Deb, source: "openssl".to_owned() };
        let mut chains = Chains::default();
        for (version, patch) in [("3.0.17-1", 1), ("3.0.9-1", 2), ("3.0.18-1", 3), ("3.0.17-1", 4)] {
            chains.insert(key.clone(), version, patch);
        }
        assert_eq!(chains.chain(&key).collect::<Vec<_>>(), [2, 1, 4, 3]);
        assert_eq!(chains.newer(&key, 1).collect::<Vec<_>>(), [3]);
        assert_eq!(chains.newer(&key, 4).collect::<Vec<_>>(), [3]);
        assert_eq!(chains.newer(&key, 2).collect::<Vec<_>>(), [1, 4, 3]);
        assert_eq!(chains.older(&key, 3).collect::<Vec<_>>(), [4, 1, 2]);
        assert_eq!(chains.older(&key, 1).collect::<Vec<_>>(), [2]);
        assert_eq!(chains.newer(&key, 9).count() + chains.older(&key, 9).count(), 0, "it is not in the chain");

        chains.insert(key.clone(), "3.0.8-1", 3);
        assert_eq!(chains.chain(&key).collect::<Vec<_>>(), [3, 2, 1, 4], "a revision says another version");
        chains.remove(&key, 2);
        assert_eq!(chains.chain(&key).collect::<Vec<_>>(), [3, 1, 4]);
    }
}
