//! Microsoft's updates as one table, in the form of the WES-NG definitions (`catalogue.md` 5.11).
//!
//! [`read`] streams the archive: rows are grouped by update and product while they pass, so that a table of 600,000 rows
//! takes a few tens of megabytes.

mod archive;
pub mod patches;
mod reader;

pub use fettle_model::Article;
pub(crate) use reader::article;
pub use reader::read;

use std::collections::HashMap;

use fettle_model::Severity;

/// Largest archive, and largest table in it, in bytes.
pub const MAX_PACKED: u64 = 32_000_000;
pub const MAX_UNPACKED: u64 = 512_000_000;

/// The table, grouped.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    /// Names as Microsoft writes them; several may differ in case or blanks only.
    pub products: Vec<Box<str>>,
    pub cves: Vec<Box<str>>,
    pub titles: Vec<Box<str>>,
    /// One for each (article, product), in the order of the file.
    pub updates: Vec<Update>,
    /// Name of the file of the table, for the source of results.
    pub file: String,
}

/// An update for one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub article: Article,
    /// Place in [`Definitions::products`].
    pub product: u32,
    pub title: u32,
    pub severity: Severity,
    pub kind: Kind,
    /// `YYYYMMDD`, the earliest of its rows.
    pub posted: u32,
    /// Places in [`Definitions::cves`], sorted.
    pub cves: Box<[u32]>,
    /// The articles that it replaces, sorted.
    pub replaces: Box<[Article]>,
    /// Line of its first row.
    pub line: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Security,
    ServicePack,
}

impl Definitions {
    /// Updates of the products whose name `is_wanted`; the name comes in lower case, with single blanks.
    pub fn of_products(&self, is_wanted: impl Fn(&str) -> bool) -> Vec<&Update> {
        let wanted: Vec<bool> = self.products.iter().map(|name| is_wanted(&normal(name))).collect();
        self.updates.iter().filter(|update| wanted[update.product as usize]).collect()
    }
}

/// Names of products differ in case and blanks: `Windows 8.1 for x64-based systems`, `Windows Server 2016  `.
pub fn normal(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Texts that come again and again, each kept once.
#[derive(Default)]
struct Texts {
    places: HashMap<Box<str>, u32>,
}

impl Texts {
    fn place(&mut self, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = u32::try_from(self.places.len()).expect("fewer texts than rows");
        self.places.insert(text.into(), place);
        place
    }

    fn into_list(self) -> Vec<Box<str>> {
        let mut list: Vec<_> = self.places.into_iter().collect();
        list.sort_unstable_by_key(|(_, place)| *place);
        list.into_iter().map(|(text, _)| text).collect()
    }
}
