//! Updates of Windows, by looking at each against each.

use std::borrow::Cow;
use std::collections::BTreeSet;

use fettle_catalog::rule::{Reporters, Rule};
use fettle_index::{PatchEntry, PatchNumber};
use fettle_model::patch::{Patch, PatchKind, WindowsUpdate};
use fettle_model::{Article, PackageKind};
use jiff::{SignedDuration, Timestamp};

use crate::steps::{PRODUCTS, Update};
use crate::truth::{Truth, patch};

impl Truth {
    pub(crate) fn update(&mut self, update: &Update) -> PatchEntry {
        let product = u32::try_from(update.product).expect("small");
        let number = PatchNumber(50_000 + product * 100 + update.article);
        let kind = if update.service_pack { PatchKind::ServicePack } else { PatchKind::Security };
        let severity = update.article as usize % 5;
        let patch = patch(number, "update", severity, kind, None, Vec::new());
        let replaces: BTreeSet<Article> = update.replaces.iter().map(|older| Article(*older)).collect();
        let patch = Patch {
            cves: patch.cves.filter(|_| update.cves).or_else(|| Some(Vec::new())),
            product: PRODUCTS[update.product].to_owned(),
            package_kind: PackageKind::WindowsUpdate,
            source: Article(update.article).to_string(),
            source_version: String::new(),
            published: Some(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * update.posted)),
            update: Some(WindowsUpdate {
                article: Article(update.article),
                replaces: replaces.into_iter().collect(),
                products: Vec::new(),
            }),
            ..patch
        };
        let entry = self.put(number, patch, &Reporters::default());
        let above = self.updates().map(|(entry, _)| (entry.number, self.find_above(entry)));
        self.above = above.collect();
        entry
    }

    /// With everything that may stand for the update.
    pub(crate) fn rule<'a>(&self, entry: &'a PatchEntry) -> Cow<'a, Rule> {
        let update = entry.patch.update.as_ref().filter(|_| !entry.patch.withdrawn);
        let Some(update) = update else { return Cow::Borrowed(&entry.rule) };
        let mut all = self.above(entry).clone();
        all.insert(update.article);
        let listed: BTreeSet<Article> = self.of_product(entry).map(|(_, update)| update.article).collect();
        let elsewhere = self.updates().filter(|(_, other)| !listed.contains(&other.article));
        let unlisted = elsewhere.filter(|(_, other)| other.replaces.iter().any(|older| all.contains(older)));
        let unlisted: Vec<_> = unlisted.map(|(_, other)| other.article).collect();
        Cow::Owned(Rule { articles: all.into_iter().chain(unlisted).collect(), ..entry.rule.clone() })
    }

    /// Does the one replace the other? Of two that replace each other the younger one does.
    pub(crate) fn replaces(&self, newer: &PatchEntry, older: &PatchEntry) -> bool {
        let (Some(new), Some(old)) = (&newer.patch.update, &older.patch.update) else { return false };
        let is_above = |one: &PatchEntry, article| self.above(one).contains(&article);
        newer.patch.product == older.patch.product
            && is_above(older, new.article)
            && (!is_above(newer, old.article)
                || (newer.patch.published, new.article) > (older.patch.published, old.article))
    }

    /// Is the other what an update brings with it, or itself?
    pub(crate) fn brings(&self, entry: &PatchEntry, other: &PatchEntry) -> bool {
        entry.number == other.number || self.replaces(entry, other)
    }

    /// Updates with which replacing connects it; of a patch of packages none, which its chain tells.
    pub(crate) fn line(&self, entry: &PatchEntry) -> BTreeSet<PatchNumber> {
        let mut line = BTreeSet::new();
        if entry.patch.update.is_none() {
            return line;
        }
        let mut waiting = vec![entry.number];
        while let Some(number) = waiting.pop() {
            if line.insert(number) {
                let one = &self.patches[&number];
                let connected =
                    self.patches.values().filter(|other| self.replaces(one, other) || self.replaces(other, one));
                waiting.extend(connected.map(|other| other.number));
            }
        }
        line
    }

    fn updates(&self) -> impl Iterator<Item = (&PatchEntry, &WindowsUpdate)> {
        self.patches.values().filter_map(|entry| Some((entry, entry.patch.update.as_ref()?)))
    }

    fn of_product(&self, entry: &PatchEntry) -> impl Iterator<Item = (&PatchEntry, &WindowsUpdate)> {
        self.updates().filter(|(other, _)| other.patch.product == entry.patch.product)
    }

    fn above(&self, entry: &PatchEntry) -> &BTreeSet<Article> {
        &self.above[&entry.number]
    }

    /// Articles of the product that replace it, directly or through others.
    fn find_above(&self, entry: &PatchEntry) -> BTreeSet<Article> {
        let Some(own) = entry.patch.update.as_ref().map(|update| update.article) else { return BTreeSet::new() };
        let mut above = BTreeSet::from([own]);
        loop {
            let newer = self.of_product(entry).filter(|(_, update)| {
                update.replaces.iter().any(|older| *older != update.article && above.contains(older))
            });
            let newer: Vec<_> = newer.map(|(_, update)| update.article).filter(|new| !above.contains(new)).collect();
            if newer.is_empty() {
                above.remove(&own);
                return above;
            }
            above.extend(newer);
        }
    }
}
