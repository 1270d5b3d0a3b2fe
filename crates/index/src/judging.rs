//! Rules judged over the distinct components of one block: which assets a patch applies to, and which of them miss it.
//!
//! Patches of one chain ask for the same lines, cut at other places, and so do the chains of a source in other releases.
//! What lies below each place of a line is put together once for all of them.

use fettle_catalog::foreign::Mark;
use fettle_catalog::rule::{Clause, Reach, Rule, Standing};
use fettle_model::patch::MatchedBy;
use fettle_model::{AssetId, Repository};
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use crate::Slot;
use crate::bits::Bits;
use crate::block::Block;
use crate::catalogue::{PatchEntry, PatchNumber};
use crate::dictionary::{Dictionary, LineKey, Version};

#[derive(Debug, Clone, Default)]
pub(crate) struct Judged {
    pub(crate) applies: Bits,
    pub(crate) missing: Bits,
    /// Of whom it cannot be told: nobody, as a rule.
    pub(crate) undetermined: Bits,
}

/// What of it a block keeps: who has it installed is found out when it is asked.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) missing: RoaringBitmap,
    pub(crate) undetermined: RoaringBitmap,
    pub(crate) installed: u64,
}

impl Judged {
    pub(crate) fn installed(&self) -> Bits {
        let mut installed = self.applies.without(&self.missing);
        if !self.undetermined.is_empty() {
            installed.remove(&self.undetermined);
        }
        installed
    }

    pub(crate) fn found(&self) -> Found {
        self.found_with(self.missing.to_bitmap())
    }

    /// Where who misses it is known as the block keeps it.
    pub(crate) fn found_with(&self, missing: RoaringBitmap) -> Found {
        Found { missing, undetermined: self.undetermined.to_bitmap(), installed: self.installed_count() }
    }

    /// Whoever misses it, or of whom it cannot be told, is one of those to whom it applies.
    fn installed_count(&self) -> u64 {
        self.applies.len() - self.missing.len() - self.undetermined.len()
    }

    fn add(&mut self, other: &Self) {
        self.applies.add(&other.applies);
        self.missing.add(&other.missing);
        self.undetermined.add(&other.undetermined);
    }

    fn restrict_to(&mut self, slots: &Bits) {
        self.applies.keep(slots);
        self.missing.keep(slots);
        if !self.undetermined.is_empty() {
            self.undetermined.keep(slots);
        }
    }

    /// Whoever lacks one package misses the patch, whatever is known of another.
    fn settle(&mut self) {
        if !self.undetermined.is_empty() {
            self.undetermined.remove(&self.missing);
        }
    }

    /// Who has a version that stands so to the fix.
    fn put(&mut self, standing: Standing, slots: &Bits) {
        self.applies.add(slots);
        match standing {
            Standing::Below => self.missing.add(slots),
            Standing::Unknown => self.undetermined.add(slots),
            Standing::Fixed => {}
        }
    }
}

/// Of one block, while neither it nor the dictionary changes.
pub(crate) struct Judging<'a> {
    block: &'a Block,
    /// Number of the block.
    at: usize,
    dictionary: &'a Dictionary,
    slots: &'a FxHashMap<AssetId, Slot>,
    products: FxHashMap<&'a str, Bits>,
    /// Those of a release and repository.
    repositories: FxHashMap<(&'a str, &'a Repository), Bits>,
    /// Source package of the chain that was judged last, whose lines are kept: its name is the same in other releases.
    source: &'a str,
    lines: FxHashMap<Part<'a>, Lined>,
    /// Of a line of which the newest of each kin counts, in an architecture: the kin of each of its versions, and who
    /// has it; nobody, where the version is of no concern.
    kins: FxHashMap<Part<'a>, Vec<(Kin<'a>, Bits)>>,
    /// Of a line in an architecture and a module stream: who has any of its versions.
    having: FxHashMap<Part<'a>, Bits>,
}

/// A line in an architecture and a module stream.
struct Lined {
    /// Cut behind each of its versions: what lies below.
    below: Vec<Bits>,
    /// Who has a version with each mark.
    marked: Vec<(Mark, Bits)>,
}

impl Lined {
    fn of(line: &[Version], clause: &Clause, block: &Block) -> Self {
        let mut lined = Self { below: Vec::with_capacity(line.len()), marked: Vec::new() };
        let (mut below, mut having) = (Bits::default(), Bits::default());
        for version in line {
            if clause.concerns(&version.architecture, &version.stream) {
                having.clear_all();
                block.add_slots(version.component, &mut having);
                below.add(&having);
                match lined.marked.iter_mut().find(|(mark, _)| *mark == version.mark) {
                    Some((_, marked)) => marked.add(&having),
                    None => lined.marked.push((version.mark, having.clone())),
                }
            }
            lined.below.push(below.clone());
        }
        lined
    }
}

/// What a clause looks at: a line, as far as the clause concerns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Part<'a> {
    line: LineKey<'a>,
    architecture: &'a str,
    stream: &'a str,
}

impl<'a> Part<'a> {
    /// A source's line holds for every architecture.
    fn of(clause: &'a Clause) -> Self {
        let architecture = if clause.by == MatchedBy::Source { "" } else { clause.architecture.as_str() };
        Self { line: LineKey::of(clause), architecture, stream: &clause.stream }
    }
}

/// Architecture and family of a package.
type Kin<'a> = (&'a str, String);

impl<'a> Judging<'a> {
    pub(crate) fn new(
        block: &'a Block,
        at: usize,
        dictionary: &'a Dictionary,
        slots: &'a FxHashMap<AssetId, Slot>,
    ) -> Self {
        Self {
            block,
            at,
            dictionary,
            slots,
            products: FxHashMap::default(),
            repositories: FxHashMap::default(),
            source: "",
            lines: FxHashMap::default(),
            kins: FxHashMap::default(),
            having: FxHashMap::default(),
        }
    }

    /// The patches of one chain.
    pub(crate) fn chain(&mut self, chain: &[&'a PatchEntry]) -> FxHashMap<PatchNumber, Judged> {
        chain.iter().map(|link| (link.number, self.judge(link))).collect()
    }

    /// Who has the patch installed, by what is kept of who misses it.
    pub(crate) fn installed(&mut self, entry: &'a PatchEntry) -> Bits {
        if entry.patch.update.is_none() || entry.patch.withdrawn {
            return self.judge(entry).installed();
        }
        let mut missing = Bits::default();
        self.block.missing(entry.number).into_iter().for_each(|slots| missing.insert_all(slots));
        self.of_product(&entry.rule.product).without(&missing)
    }

    pub(crate) fn judge(&mut self, entry: &'a PatchEntry) -> Judged {
        self.judge_rule(&entry.rule, &entry.patch.source)
    }

    /// `source` is the package whose lines are kept for the next rule.
    pub(crate) fn judge_rule(&mut self, rule: &'a Rule, source: &'a str) -> Judged {
        self.turn_to(source);
        let mut judged = Judged::default();
        if self.of_product(&rule.product).is_empty() {
            return judged;
        }
        if !rule.articles.is_empty() {
            let articles = rule.articles.iter().filter_map(|article| self.dictionary.article(*article));
            let installed = self.block.union(articles);
            judged.applies = self.of_product(&rule.product).clone();
            judged.missing = judged.applies.without(&installed);
            return judged;
        }
        for clause in &rule.clauses {
            match self.reached(clause) {
                None => self.add_clause(&mut judged, clause, &rule.product),
                Some(reached) => {
                    let mut of_clause = Judged::default();
                    self.add_clause(&mut of_clause, clause, &rule.product);
                    of_clause.restrict_to(&reached);
                    judged.add(&of_clause);
                }
            }
        }
        judged.restrict_to(self.within(rule));
        judged.settle();
        judged
    }

    /// Whom the patch applies to, as [`Judging::judge`] says: where the lines are cut is not looked at.
    pub(crate) fn applies(&mut self, entry: &'a PatchEntry) -> Bits {
        self.turn_to(&entry.patch.source);
        let rule = &entry.rule;
        let mut applies = Bits::default();
        if self.of_product(&rule.product).is_empty() {
            return applies;
        }
        if !rule.articles.is_empty() {
            return self.of_product(&rule.product).clone();
        }
        for clause in &rule.clauses {
            match self.reached(clause) {
                None => applies.add(self.having(clause)),
                Some(reached) => applies.add(&self.having(clause).and(&reached)),
            }
        }
        applies.keep(self.within(rule));
        applies
    }

    /// Lines are kept for the patches of one source package.
    fn turn_to(&mut self, source: &'a str) {
        if self.source != source {
            self.source = source;
            self.lines.clear();
            self.kins.clear();
            self.having.clear();
        }
    }

    /// Those of the rule's release and repository.
    fn within(&mut self, rule: &'a Rule) -> &Bits {
        let Some(repository) = &rule.repository else { return self.of_product(&rule.product) };
        let key = (rule.product.as_str(), &**repository);
        if !self.repositories.contains_key(&key) {
            let mut within = self.block.union(self.dictionary.repository(repository).iter().copied());
            within.keep(self.of_product(&rule.product));
            self.repositories.insert(key, within);
        }
        &self.repositories[&key]
    }

    /// Whoever has an instance that the clause concerns, in any version.
    fn having(&mut self, clause: &'a Clause) -> &Bits {
        let (block, dictionary) = (self.block, self.dictionary);
        self.having.entry(Part::of(clause)).or_insert_with(|| {
            let line = dictionary.line(LineKey::of(clause)).iter();
            let concerned = line.filter(|version| clause.concerns(&version.architecture, &version.stream));
            block.union(concerned.map(|version| version.component))
        })
    }

    pub(crate) fn of_product(&mut self, product: &'a str) -> &Bits {
        let (block, dictionary) = (self.block, self.dictionary);
        self.products.entry(product).or_insert_with(|| block.union(dictionary.product(product).iter().copied()))
    }

    /// `product` is the rule's, and known.
    fn add_clause(&mut self, judged: &mut Judged, clause: &'a Clause, product: &str) {
        if clause.newest_counts() {
            self.add_newest(judged, clause, product);
        } else {
            self.add_every(judged, clause, product);
        }
    }

    /// Whoever has an instance below the fixed version misses it.
    fn add_every(&mut self, judged: &mut Judged, clause: &'a Clause, product: &str) {
        let (block, dictionary, of_product) = (self.block, self.dictionary, &self.products[product]);
        let lined = self
            .lines
            .entry(Part::of(clause))
            .or_insert_with(|| Lined::of(dictionary.line(LineKey::of(clause)), clause, block));
        let (low, high) = dictionary.cut(clause);
        lined.below[..low.len()].last().into_iter().for_each(|below| judged.missing.add(below));
        lined.below.last().into_iter().for_each(|all| judged.applies.add(all));
        let may_lack_here = |(mark, having): &(Mark, Bits)| may_lack(clause, *mark) && having.meets(of_product);
        if !high.is_empty() && lined.marked.iter().any(may_lack_here) {
            for version in high.iter().filter(|version| may_lack(clause, version.mark)) {
                judged.put(version.standing(clause), &block.union(std::iter::once(version.component)));
            }
        }
    }

    /// Whoever has a family of packages of which none is at or above the fixed version misses it.
    fn add_newest(&mut self, judged: &mut Judged, clause: &'a Clause, product: &str) {
        let (block, dictionary, of_product) = (self.block, self.dictionary, &self.products[product]);
        let line = self.kins.entry(Part::of(clause)).or_insert_with(|| {
            let of = |version: &'a Version| {
                let is_of_concern = clause.concerns(&version.architecture, &version.stream);
                let components = is_of_concern.then_some(version.component);
                (dictionary.kin(version), block.union(components.into_iter()))
            };
            dictionary.line(LineKey::of(clause)).iter().map(of).collect()
        });
        let (low, high) = dictionary.cut(clause);
        let (below, above) = line.split_at(low.len());
        let may_lack_here = |((_, having), version): (&(Kin<'_>, Bits), &Version)| {
            may_lack(clause, version.mark) && having.meets(of_product)
        };
        if above.iter().zip(high).any(may_lack_here) {
            let mut newer: FxHashMap<&Kin<'_>, Bits> = FxHashMap::default();
            for ((kin, having), version) in above.iter().zip(high).rev() {
                let newer = newer.entry(kin).or_default();
                judged.put(version.standing(clause), &having.without(newer));
                newer.add(having);
            }
        }
        let (below, above) = (by_kin(below), by_kin(above));
        for (kin, old) in &below {
            judged.applies.add(old);
            judged.missing.add(&above.get(kin).map_or_else(|| old.clone(), |new| old.without(new)));
        }
        for new in above.values() {
            judged.applies.add(new);
        }
    }

    /// Where the reporters of a clause stand in the block; `None`: everyone.
    fn reached(&self, clause: &Clause) -> Option<Bits> {
        reached(clause, self.slots, self.at)
    }
}

/// Where the reporters of a clause stand in block `at`; `None`: it is about everyone.
pub(crate) fn reached(clause: &Clause, slots: &FxHashMap<AssetId, Slot>, at: usize) -> Option<Bits> {
    match &clause.reach {
        Reach::Everyone => None,
        Reach::Reporters(assets) => {
            let here = assets.iter().filter_map(|asset| slots.get(asset));
            Some(here.filter(|slot| slot.block == at).map(|slot| slot.at).collect())
        }
    }
}

/// Can a version with this mark lack the fix though it is not below it? What is from outside of the release can, and where
/// there is no fix everything.
fn may_lack(clause: &Clause, mark: Mark) -> bool {
    clause.fixed.is_none() || clause.foreign.as_ref().is_some_and(|foreign| foreign.may_include(mark))
}

fn by_kin<'line, 'a>(versions: &'line [(Kin<'a>, Bits)]) -> FxHashMap<&'line Kin<'a>, Bits> {
    let mut by_kin: FxHashMap<_, Bits> = FxHashMap::default();
    for (kin, bits) in versions {
        by_kin.entry(kin).or_default().add(bits);
    }
    by_kin
}
