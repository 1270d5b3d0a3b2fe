//! Answers: pages of rows, with a total.

use fettle_model::component::Component;
use fettle_model::{AssetId, PatchId};
use jiff::Timestamp;

use super::asking::Asking;
use super::asset_order::first_of_block;
use super::deadline::AskError;
use super::matching::{Found, Question};
use super::order::{Order, Position, ThingId, page};
use super::things::component::version;
use super::things::{Thing, ThingKind};
use crate::catalogue::PatchNumber;
use crate::dictionary::ComponentId;
use crate::judging::Judging;
use crate::query::overdue::Enrolled;
use crate::query::{AssetRow, FindingCount, PatchRow, VulnerabilityRow};
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
        for (at, slots) in assets.blocks() {
            asking.check()?;
            let block = asking.block(at);
            // One that left in between is not shown any more.
            let slots = slots.and(block.columns.taken());
            answer.total += slots.len();
            let (of_block, count) = first_of_block(&asking, at, &block, &slots, order);
            behind += count;
            let row = |(position, slot): (Position, u16)| {
                let columns = block.columns.get(slot)?;
                Some((position, AssetRow { columns, counts: block.columns.counts(slot) }))
            };
            first.extend(of_block.into_iter().filter_map(row));
        }
        first.sort_by(|(left, _), (right, _)| left.compare(right, order.keys));
        first.truncate(order.limit);
        if behind > first.len() as u64 {
            answer.next = first.last().map(|(position, _)| position.clone());
        }
        answer.rows = first.into_iter().map(|(_, row)| row).collect();
        Ok(answer)
    }

    /// Of a query about patches; of another it finds none. Counts are in scope.
    pub fn ask_patches(&self, question: &Question<'_>, order: &Order<'_>) -> Result<Answer<PatchRow>, AskError> {
        self.ask_things(question, order, ThingKind::Patch, |asking, number| {
            let entry = asking.shared.catalogue.get(PatchNumber(number))?;
            let is_superseded = asking.shared.catalogue.is_replaced(entry);
            Some(PatchRow { entry: entry.clone(), count: asking.finding_count(entry), is_superseded })
        })
    }

    /// Of a query about vulnerabilities; of another it finds none. Counts are in scope.
    pub fn ask_vulnerabilities(
        &self,
        question: &Question<'_>,
        order: &Order<'_>,
    ) -> Result<Answer<VulnerabilityRow>, AskError> {
        self.ask_things(question, order, ThingKind::Vulnerability, |asking, number| {
            let (cve, patches) = asking.cves().get(number as usize)?;
            let entries = patches.iter().filter_map(|patch| asking.shared.catalogue.get(*patch));
            let facts = asking.shared.catalogue.facts(cve);
            let row = crate::query::vulnerability_row;
            Some(row(cve, asking.exposed(number), asking.assets_in_scope(), facts, entries))
        })
    }

    /// Of a query about components; of another it finds none. Components that no asset in scope has are not among them.
    pub fn ask_components(&self, question: &Question<'_>, order: &Order<'_>) -> Result<Answer<ComponentRow>, AskError> {
        self.ask_things(question, order, ThingKind::Component, |asking, number| {
            let id = ComponentId(number);
            let component = asking.shared.dictionary.component(id)?.clone();
            let version = version(&component).map(|version| version.shown().into_owned());
            Some(ComponentRow { id, version, component, assets: asking.assets_with(number) })
        })
    }

    fn ask_things<Row>(
        &self,
        question: &Question<'_>,
        order: &Order<'_>,
        wanted: ThingKind,
        row: impl Fn(&Asking<'_>, u32) -> Option<Row>,
    ) -> Result<Answer<Row>, AskError> {
        let shared = self.shared.read().expect(POISONED);
        let asking = Asking::new(self, &shared, question.scope, question.deadline);
        let nothing = Answer { total: 0, rows: Vec::new(), next: None, as_of: shared.as_of };
        let things = match asking.matching(question)? {
            Found::Things(kind, things) if kind == wanted => things,
            _ => return Ok(nothing),
        };
        let mut numbers = rustc_hash::FxHashMap::default();
        let position = |number: u32| {
            let thing = Thing { kind: wanted, number };
            let values = order
                .keys
                .iter()
                .map(|key| Position::value_of(*key, |visit| asking.each_value(thing, key.token, visit)));
            Position { values: values.collect(), id: asking.id_of(thing) }
        };
        let positions = things.iter().map(|number| {
            let position = position(number);
            numbers.insert(position.id.clone(), number);
            position
        });
        let (first, has_more) = page(positions.collect(), order);
        asking.check()?;
        let rows = first.iter().filter_map(|position| row(&asking, *numbers.get(&position.id)?));
        let rows = rows.collect();
        let next = if has_more { first.into_iter().last() } else { None };
        Ok(Answer { total: things.len(), rows, next, ..nothing })
    }
}

impl Asking<'_> {
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

    /// On how many assets in scope a patch is missing, installed and overdue.
    fn finding_count(&self, entry: &PatchEntry) -> FindingCount {
        let mut count = FindingCount::default();
        let mut enrolled = Enrolled::default();
        let overdue_before = self.shared.overdue_before(entry);
        for at in 0..self.block_count() {
            let block = self.block(at);
            let scope = self.in_scope(at).to_bitmap();
            count.missing += block.missing(entry.number).map_or(0, |missing| missing.intersection_len(&scope));
            if let Some(limit) = overdue_before {
                let overdue = enrolled.overdue(self.shared, (at, &block), entry.number, limit);
                count.overdue += overdue.intersection_len(&scope);
            }
            let mut judging = Judging::new(&block, at, &self.shared.dictionary, &self.shared.slots);
            count.installed += judging.installed(entry).and(self.in_scope(at)).len();
        }
        count
    }
}
