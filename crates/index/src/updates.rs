//! Updates of Windows and of programs on it: what replaces what among those of one product.
//!
//! All updates of a product apply to the same assets, so that whether an asset misses only what something newer replaces
//! follows from the product alone.

use fettle_catalog::supersedence::{Listed, Supersedence};
use fettle_model::Article;
use fettle_model::patch::WindowsUpdate;
use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{PatchEntry, PatchNumber};

/// The updates of the catalogue by product and by article.
#[derive(Debug, Default)]
pub(crate) struct Updates {
    groups: FxHashMap<String, FxHashSet<PatchNumber>>,
    /// Whatever product they are for.
    by_article: FxHashMap<Article, FxHashSet<PatchNumber>>,
    /// Of an article the updates that say to replace it directly, for whatever product.
    replacing: FxHashMap<Article, FxHashSet<PatchNumber>>,
    standings: FxHashMap<PatchNumber, Standing>,
}

/// How an update stands among those of its product.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    /// Directly or through others, the first that came out first.
    pub(crate) replaced_by: Box<[PatchNumber]>,
    /// The last that came out first.
    pub(crate) replaces: Box<[PatchNumber]>,
    /// One of those with which replacing connects it, the same for all of them.
    line: PatchNumber,
}

impl Updates {
    pub(crate) fn insert(&mut self, entry: &PatchEntry, update: &WindowsUpdate) {
        self.groups.entry(entry.patch.product.clone()).or_default().insert(entry.number);
        self.by_article.entry(update.article).or_default().insert(entry.number);
        for older in &update.replaces {
            self.replacing.entry(*older).or_default().insert(entry.number);
        }
    }

    pub(crate) fn remove(&mut self, entry: &PatchEntry, update: &WindowsUpdate) {
        take(&mut self.groups, &entry.patch.product, entry.number);
        take(&mut self.by_article, &update.article, entry.number);
        for older in &update.replaces {
            take(&mut self.replacing, older, entry.number);
        }
        self.standings.remove(&entry.number);
    }

    pub(crate) fn products(&self) -> impl Iterator<Item = &String> {
        self.groups.keys()
    }

    /// Updates of a product, in no order.
    pub(crate) fn group(&self, product: &str) -> impl Iterator<Item = PatchNumber> {
        self.groups.get(product).into_iter().flatten().copied()
    }

    /// Updates of an article, for whatever product.
    pub(crate) fn of_article(&self, article: Article) -> impl Iterator<Item = PatchNumber> {
        self.by_article.get(&article).into_iter().flatten().copied()
    }

    pub(crate) fn standing(&self, number: PatchNumber) -> Option<&Standing> {
        self.standings.get(&number)
    }

    /// One update of those with which replacing connects it: one of a line brings what the others of it bring, mostly.
    pub(crate) fn line(&self, number: PatchNumber) -> PatchNumber {
        self.standings.get(&number).map_or(number, |standing| standing.line)
    }

    /// Works out anew how the updates of a product stand, and gives the articles of which any means that it is installed,
    /// for each of them. `entries` are all of the product.
    pub(crate) fn link<'a>(
        &mut self,
        entries: &[&'a PatchEntry],
        update_of: impl Fn(PatchNumber) -> Option<&'a WindowsUpdate>,
    ) -> Vec<(PatchNumber, Box<[Article]>)> {
        let mut entries: Vec<(&PatchEntry, &WindowsUpdate)> =
            entries.iter().filter_map(|entry| Some((*entry, entry.patch.update.as_ref()?))).collect();
        entries.sort_by_key(|(entry, update)| (entry.patch.published, update.article, entry.number));
        let listed = entries.iter().map(|(entry, update)| Listed {
            article: update.article,
            posted: entry.patch.published.map_or(i64::MIN, Timestamp::as_second),
            replaces: &update.replaces,
        });
        let supersedence = Supersedence::of(listed);
        let numbers: FxHashMap<Article, PatchNumber> =
            entries.iter().map(|(entry, update)| (update.article, entry.number)).collect();
        let age: FxHashMap<PatchNumber, usize> =
            entries.iter().enumerate().map(|(age, (entry, _))| (entry.number, age)).collect();
        let mut replaces: FxHashMap<PatchNumber, Vec<PatchNumber>> = FxHashMap::default();
        let mut lines = Lines::default();
        let mut linked = Vec::with_capacity(entries.len());
        for (entry, update) in &entries {
            let newer = supersedence.replaced_by(update.article);
            let mut replaced_by: Vec<PatchNumber> =
                newer.iter().filter_map(|newer| numbers.get(newer)).copied().collect();
            replaced_by.sort_by_key(|number| age[number]);
            for newer in &replaced_by {
                lines.join(entry.number, *newer);
                replaces.entry(*newer).or_default().push(entry.number);
            }
            let standing = Standing { replaced_by: replaced_by.into(), replaces: Box::default(), line: entry.number };
            self.standings.insert(entry.number, standing);
        }
        let replacing = &self.replacing;
        let elsewhere = |older: Article| {
            let newer = replacing.get(&older).into_iter().flatten();
            newer.filter_map(|newer| update_of(*newer)).map(|update| update.article).collect::<Vec<_>>()
        };
        for (entry, update) in &entries {
            linked.push((entry.number, supersedence.installed_by(update.article, elsewhere).into()));
        }
        for (entry, _) in entries.iter().rev() {
            let Some(standing) = self.standings.get_mut(&entry.number) else { continue };
            let mut older = replaces.remove(&entry.number).unwrap_or_default();
            older.reverse();
            standing.replaces = older.into();
            standing.line = lines.root(entry.number);
        }
        linked
    }
}

fn take<K: Eq + std::hash::Hash>(map: &mut FxHashMap<K, FxHashSet<PatchNumber>>, key: &K, number: PatchNumber) {
    if let Some(set) = map.get_mut(key) {
        set.remove(&number);
        if set.is_empty() {
            map.remove(key);
        }
    }
}

/// Sets of updates that are joined pair by pair.
#[derive(Default)]
struct Lines(FxHashMap<PatchNumber, PatchNumber>);

impl Lines {
    fn root(&self, number: PatchNumber) -> PatchNumber {
        let mut root = number;
        while let Some(up) = self.0.get(&root) {
            root = *up;
        }
        root
    }

    fn join(&mut self, left: PatchNumber, right: PatchNumber) {
        let (left, right) = (self.root(left), self.root(right));
        if left != right {
            self.0.insert(left.max(right), left.min(right));
        }
    }
}
