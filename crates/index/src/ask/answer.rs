//! Answers: pages of rows, with a total.

use fettle_model::component::Component;
use fettle_model::{AssetId, PatchId};
use fettle_qql::order::SortKey;
use fettle_qql::token::TokenId;
use fettle_qql::tokens::PatchToken;
use jiff::Timestamp;

use super::asking::Asking;
use super::asset_order::first_of_block;
use super::deadline::AskError;
use super::findings::Findings;
use super::matching::{Found, Question};
use super::order::{Order, Position, ThingId, page};
use super::things::component::version;
use super::things::{Thing, ThingKind};
use super::totals::count_within;
use super::turns::Turns;
use crate::block::Block;
use crate::catalogue::PatchNumber;
use crate::dictionary::ComponentId;
use crate::query::overdue::Enrolled;
use crate::query::{AssetRow, FindingCount, PatchRow, VulnerabilityRow, vulnerability_row};
use crate::{Index, POISONED, PatchEntry};

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Answer<Row> {
    /// Things for which the query holds, on all pages.
    pub total: u64,
    pub rows: Vec<Row>,
    /// The last place of this page, where another follows.
    pub next: Option<Position>,
    /// The moment as of which it is answered.
    pub as_of: Timestamp,
}

/// A distinct component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentRow {
    pub id: ComponentId,
    pub component: Component,
    /// In the order of its kind; of what has none `None`.
    pub version: Option<String>,
    /// Assets in scope that have it.
    pub assets: u64,
}

impl Index {
    /// How many things the query holds for.
    pub fn ask_count(&self, question: &Question<'_>) -> Result<u64, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        Ok(asking.matching(question)?.len())
    }

    /// The patches for which the query holds, in no order.
    pub fn ask_patch_ids(&self, question: &Question<'_>) -> Result<Vec<PatchId>, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let Found::Things(ThingKind::Patch, things) = asking.matching(question)? else { return Ok(Vec::new()) };
        let entries = things.iter().filter_map(|number| shared.catalogue.get(PatchNumber(number)));
        Ok(entries.map(|entry| entry.patch.id).collect())
    }

    /// The CVEs for which the query holds, in order.
    pub fn ask_cves(&self, question: &Question<'_>) -> Result<Vec<String>, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let Found::Things(ThingKind::Vulnerability, things) = asking.matching(question)? else { return Ok(Vec::new()) };
        let cve = |number: u32| asking.cves().get(number as usize).map(|(cve, _)| (*cve).to_owned());
        Ok(things.iter().filter_map(cve).collect())
    }

    /// The assets for which the query holds, in no order.
    pub fn ask_ids(&self, question: &Question<'_>) -> Result<Vec<AssetId>, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let Found::Assets(assets) = asking.matching(question)? else { return Ok(Vec::new()) };
        let mut ids = Vec::new();
        for (at, slots) in assets.blocks() {
            let block = asking.block(at);
            ids.extend(slots.iter().filter(|slot| block.columns.is_taken(*slot)).map(|slot| block.columns.id(slot)));
        }
        Ok(ids)
    }

    /// Of a query about assets; of another it finds none.
    pub fn ask_assets(&self, question: &Question<'_>, order: &Order<'_>) -> Result<Answer<AssetRow>, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let mut answer = Answer { total: 0, rows: Vec::new(), next: None, as_of: shared.as_of };
        let Found::Assets(assets) = asking.matching(question)? else { return Ok(answer) };
        let (mut first, mut behind) = (Vec::new(), 0);
        let of_block = |at: usize, block: &Block| {
            asking.check()?;
            // One that left in between is not shown any more.
            let slots = assets.block(at).and(block.columns.taken());
            let (of_block, count) = first_of_block(&asking, at, block, &slots, order);
            Ok((slots.len(), count, of_block))
        };
        for (at, of_block) in asking.per_block(of_block).into_iter().enumerate() {
            let (total, count, of_block) = of_block?;
            answer.total += total;
            behind += count;
            first.extend(of_block.into_iter().map(|(position, slot)| (position, (at, slot))));
        }
        first.sort_by(|(left, _), (right, _)| left.compare(right, order.keys));
        first.truncate(order.limit);
        if behind > first.len() as u64 {
            answer.next = first.last().map(|(position, _)| position.clone());
        }
        // Of a million assets each block has first ones, and few of those are on the page.
        answer.rows = first.iter().filter_map(|(position, (at, slot))| asking.row(position, *at, *slot)).collect();
        Ok(answer)
    }

    /// Of a query about patches; of another it finds none. Counts are in scope.
    pub fn ask_patches(&self, question: &Question<'_>, order: &Order<'_>) -> Result<Answer<PatchRow>, AskError> {
        self.ask_things(question, order, ThingKind::Patch, |asking, numbers| {
            let entries = numbers.iter().filter_map(|number| asking.shared.catalogue.get(PatchNumber(*number)));
            let entries: Vec<&PatchEntry> = entries.collect();
            let counts = asking.finding_counts(&entries);
            let row = |(entry, count): (&PatchEntry, FindingCount)| {
                let is_superseded = asking.shared.catalogue.is_replaced(entry);
                PatchRow { entry: entry.clone(), count, is_superseded }
            };
            entries.into_iter().zip(counts).map(row).collect()
        })
    }

    /// Of a query about vulnerabilities; of another it finds none. Counts are in scope.
    pub fn ask_vulnerabilities(
        &self,
        question: &Question<'_>,
        order: &Order<'_>,
    ) -> Result<Answer<VulnerabilityRow>, AskError> {
        self.ask_things(question, order, ThingKind::Vulnerability, |asking, numbers| {
            let row = |number: &u32| {
                let (cve, patches) = asking.cves().get(*number as usize)?;
                let entries = patches.iter().filter_map(|patch| asking.shared.catalogue.get(*patch));
                let facts = asking.shared.catalogue.facts(cve);
                Some(vulnerability_row(cve, asking.exposed(*number), asking.assets_in_scope(), facts, entries))
            };
            numbers.iter().filter_map(row).collect()
        })
    }

    /// Of a query about components; of another it finds none. Components that no asset in scope has are not among them.
    pub fn ask_components(&self, question: &Question<'_>, order: &Order<'_>) -> Result<Answer<ComponentRow>, AskError> {
        self.ask_things(question, order, ThingKind::Component, |asking, numbers| {
            let row = |number: &u32| {
                let id = ComponentId(*number);
                let component = asking.shared.dictionary.component(id)?.clone();
                let version = version(&component).map(|version| version.shown().into_owned());
                Some(ComponentRow { id, version, component, assets: asking.assets_with(*number) })
            };
            numbers.iter().filter_map(row).collect()
        })
    }

    /// `rows`: of the things of a page, in their order.
    fn ask_things<Row>(
        &self,
        question: &Question<'_>,
        order: &Order<'_>,
        wanted: ThingKind,
        rows: impl FnOnce(&Asking<'_>, &[u32]) -> Vec<Row>,
    ) -> Result<Answer<Row>, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let nothing = Answer { total: 0, rows: Vec::new(), next: None, as_of: shared.as_of };
        let things = match asking.matching(question)? {
            Found::Things(kind, things) if kind == wanted => things,
            _ => return Ok(nothing),
        };
        if order.keys.iter().any(|key| key.token.id == TokenId::Patch(PatchToken::MissingCount)) {
            asking.narrow_missing_counts(&things);
        }
        let place = |number: u32| {
            let thing = Thing { kind: wanted, number };
            let value = |key: &SortKey| Position::value_of(*key, |visit| asking.each_value(thing, key.token, visit));
            (Position { values: order.keys.iter().map(value).collect(), id: asking.id_of(thing) }, number)
        };
        let (first, has_more) = page(things.iter().map(place).collect(), order);
        asking.check()?;
        let numbers: Vec<u32> = first.iter().map(|(_, number)| *number).collect();
        let next = first.into_iter().last().map(|(position, _)| position).filter(|_| has_more);
        Ok(Answer { total: things.len(), rows: rows(&asking, &numbers), next, ..nothing })
    }
}

impl Asking<'_> {
    /// What a list shows of an asset, if it is there still.
    fn row(&self, position: &Position, at: usize, slot: u16) -> Option<AssetRow> {
        let block = self.block(at);
        let columns = block.columns.get(slot).filter(|columns| position.id == ThingId::Uuid(columns.id.uuid()))?;
        Some(AssetRow { columns, counts: block.columns.counts(slot) })
    }

    fn id_of(&self, thing: Thing) -> ThingId {
        match thing.kind {
            ThingKind::Patch => {
                let entry = self.shared.catalogue.get(PatchNumber(thing.number));
                ThingId::Uuid(entry.map_or_else(uuid::Uuid::nil, |entry| PatchId::uuid(entry.patch.id)))
            }
            ThingKind::Vulnerability => ThingId::Name(
                self.cves().get(thing.number as usize).map_or_else(String::new, |(cve, _)| (*cve).to_owned()),
            ),
            ThingKind::Component => ThingId::Number(thing.number),
        }
    }

    /// On how many assets in scope each of the patches is missing, installed and so on: block by block, so that what they
    /// share is worked out once.
    fn finding_counts<'e>(&'e self, entries: &[&'e PatchEntry]) -> Vec<FindingCount> {
        let of_block = |at: usize| {
            let mut counts = Vec::with_capacity(entries.len());
            let mut enrolled = Enrolled::default();
            let mut turns = Turns::of(entries);
            while turns.has_more() {
                let block = self.block(at);
                let scope = self.limits(at, &block);
                let mut findings = Findings::new(self.shared, at, &block);
                let count = |entry: &&'e PatchEntry| {
                    let installed = findings.installed_count(entry, scope.as_ref());
                    let missing = block.missing(entry.number).map_or(0, |slots| count_within(slots, &scope));
                    let limit = self.shared.overdue_before(entry).filter(|_| missing > 0);
                    let overdue = limit.map_or(0, |limit| {
                        let overdue = enrolled.overdue(self.shared, (at, &block), entry.number, limit);
                        count_within(&overdue, &scope)
                    });
                    let undetermined = findings.undetermined_count(entry, scope.as_ref());
                    FindingCount { missing, installed, undetermined, overdue }
                };
                counts.extend(turns.begin(|| self.is_waited_for(at)).map(count));
            }
            counts
        };
        let mut counts = vec![FindingCount::default(); entries.len()];
        for of_block in self.each_block(of_block) {
            for (count, of_block) in counts.iter_mut().zip(of_block) {
                count.missing += of_block.missing;
                count.installed += of_block.installed;
                count.undetermined += of_block.undetermined;
                count.overdue += of_block.overdue;
            }
        }
        counts
    }
}
