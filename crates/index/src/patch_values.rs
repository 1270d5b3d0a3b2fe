//! Patches by their texts: titles, packages, releases, vendors.

use fettle_qql::tokens::PatchToken;

use crate::catalogue::PatchEntry;
use crate::text_index::TextIndex;

#[derive(Debug, Default)]
pub(crate) struct PatchValues {
    titles: TextIndex,
    packages: TextIndex,
    releases: TextIndex,
    vendors: TextIndex,
}

/// Texts of a patch.
type TextsOf = fn(&PatchEntry) -> Vec<&str>;

impl PatchValues {
    /// `known`: the revision before, whose texts it may not have any more.
    pub(crate) fn put(&mut self, known: Option<&PatchEntry>, entry: &PatchEntry) {
        for (texts, of) in self.each() {
            let now = of(entry);
            for text in known.into_iter().flat_map(of).filter(|text| !now.contains(text)) {
                texts.remove(text, entry.number.0);
            }
            for text in now {
                texts.insert(text, entry.number.0);
            }
        }
    }

    fn each(&mut self) -> [(&mut TextIndex, TextsOf); 4] {
        [
            (&mut self.titles, |entry| vec![&entry.patch.title]),
            (&mut self.packages, |entry| entry.patch.packages.iter().map(|package| package.name.as_str()).collect()),
            (&mut self.releases, |entry| vec![&entry.patch.product]),
            (&mut self.vendors, |entry| vec![&entry.patch.vendor]),
        ]
    }

    /// The texts that are all values of a token; `None`: of this one they are not kept.
    pub(crate) const fn of(&self, token: PatchToken) -> Option<&TextIndex> {
        match token {
            PatchToken::Title => Some(&self.titles),
            PatchToken::PackageName => Some(&self.packages),
            PatchToken::OsRelease => Some(&self.releases),
            PatchToken::Vendor => Some(&self.vendors),
            _ => None,
        }
    }
}
