//! Patches by the texts that few of them share many of: packages, releases, vendors. What a query asks of such a text is
//! asked of each distinct one, and not of each patch.

use fettle_qql::token::TokenId;
use fettle_qql::tokens::PatchToken;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::catalogue::PatchEntry;

/// Texts of the catalogue, each with the numbers of its patches.
#[derive(Debug, Default)]
pub(crate) struct PatchValues {
    packages: Texts,
    releases: Texts,
    vendors: Texts,
}

/// None is empty, and none is without a patch.
#[derive(Debug, Default)]
pub(crate) struct Texts(FxHashMap<String, RoaringBitmap>);

impl PatchValues {
    /// `known`: the revision before, whose texts it may not have any more.
    pub(crate) fn put(&mut self, known: Option<&PatchEntry>, entry: &PatchEntry) {
        for (texts, of) in self.each() {
            for text in known.into_iter().flat_map(of) {
                texts.remove(text, entry.number.0);
            }
            for text in of(entry) {
                texts.insert(text, entry.number.0);
            }
        }
    }

    fn each(&mut self) -> [(&mut Texts, fn(&PatchEntry) -> Vec<&str>); 3] {
        [
            (&mut self.packages, |entry| entry.patch.packages.iter().map(|package| package.name.as_str()).collect()),
            (&mut self.releases, |entry| vec![&entry.patch.product]),
            (&mut self.vendors, |entry| vec![&entry.patch.vendor]),
        ]
    }

    /// The texts that are all values of a token; `None`: of this one they are not kept.
    pub(crate) const fn of(&self, token: TokenId) -> Option<&Texts> {
        match token {
            TokenId::Patch(PatchToken::PackageName) => Some(&self.packages),
            TokenId::Patch(PatchToken::OsRelease) => Some(&self.releases),
            TokenId::Patch(PatchToken::Vendor) => Some(&self.vendors),
            _ => None,
        }
    }
}

impl Texts {
    fn insert(&mut self, text: &str, patch: u32) {
        if text.is_empty() {
            return;
        }
        match self.0.get_mut(text) {
            Some(patches) => drop(patches.insert(patch)),
            None => drop(self.0.insert(text.to_owned(), RoaringBitmap::from_iter([patch]))),
        }
    }

    fn remove(&mut self, text: &str, patch: u32) {
        if let Some(patches) = self.0.get_mut(text) {
            patches.remove(patch);
            if patches.is_empty() {
                self.0.remove(text);
            }
        }
    }

    /// Patches with a text that is wanted.
    pub(crate) fn patches_where(&self, is_wanted: impl Fn(&str) -> bool) -> RoaringBitmap {
        let wanted = self.0.iter().filter(|(text, _)| is_wanted(text));
        roaring::MultiOps::union(wanted.map(|(_, patches)| patches))
    }
}
