//! Random queries over random fleets and scopes: the index finds the things that the plain evaluator finds, in the same
//! order, page by page.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use fettle_index::ask::{
    Answer, AskError, Deadline, Group, GroupBy, GroupOrder, Order, Position, Question, Scope, ThingId,
};
use fettle_index::tags::TagDefinition;
use fettle_index::{BLOCK_SIZE, Index, LoadedAsset};
use fettle_model::sla::SlaDays;
use fettle_model::{AssetId, TagId};
use fettle_qql::order::{DateInterval, SortKey, sort};
use fettle_qql::token::{Grouping, TokenDefinition, TokenId, Vocabulary};
use fettle_qql::typed::Query;
use fettle_qql::{Context, Entity, check, check_having};
use fettle_testqql::{Fact, Generator, Samples, Thing, plain};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use uuid::Uuid;

use crate::plain::{Installed, Patch, Vulnerability, World};
use crate::steps::{
    Elsewhere, Machine, Publication, Update, VERSIONS, asset_id, columns, components, elsewhere, machine,
    machine_facts, publication, source, update,
};
use crate::truth::{AS_OF, RULES, Truth, facts};

pub(crate) const ENTITIES: [Entity; 4] = [Entity::Asset, Entity::Patch, Entity::Vulnerability, Entity::Component];
/// Queries about one fleet.
const QUERIES: usize = 40;

/// Names, places of parents, paths. Names are unique among siblings only.
pub(crate) const TAGS: [(&str, Option<usize>, &str); 5] = [
    ("Prod", None, "Prod"),
    ("Rings", None, "Rings"),
    ("Ring-1 web", Some(1), "Rings/Ring-1 web"),
    ("Prod", Some(1), "Rings/Prod"),
    ("db", Some(3), "Rings/Prod/db"),
];

pub(crate) fn tag_id(number: usize) -> TagId {
    TagId(Uuid::from_u128(1_000 + number as u128))
}

/// Put on assets by hand.
pub(crate) fn tag(number: usize, members: Vec<AssetId>) -> TagDefinition {
    let (name, parent, _) = TAGS[number];
    TagDefinition {
        id: tag_id(number),
        name: name.to_owned(),
        parent: parent.map(tag_id),
        rule: None,
        pinned_in: members,
        pinned_out: Vec::new(),
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Fleet {
    machines: Vec<Machine>,
    publications: Vec<Publication>,
    advisories: Vec<(&'static str, usize, Option<&'static str>, Option<Elsewhere>)>,
    updates: Vec<Update>,
    /// Of a patch: enabled, hidden, withdrawn.
    decisions: Vec<(usize, bool, bool, bool)>,
    exceptions: Vec<(usize, usize, bool)>,
    /// A rule's place, a tag's, and for how many assets beside.
    rules: Vec<(usize, usize, usize)>,
    /// Of each tag, who has it.
    tagged: Vec<[bool; 7]>,
    /// None: everything.
    scope: Option<Vec<bool>>,
    pub(crate) seed: u64,
}

/// A fleet in the index, beside what is known of it.
pub(crate) struct Asked<'a> {
    pub(crate) seed: u64,
    pub(crate) index: &'a Index,
    pub(crate) scope: &'a Scope,
    pub(crate) world: &'a World<'a>,
    pub(crate) samples: Samples,
}

pub(crate) fn fleet() -> impl Strategy<Value = Fleet> {
    (
        proptest::collection::vec(machine(), 1..7),
        proptest::collection::vec(publication(), 0..6),
        proptest::collection::vec(
            (source(), 0..VERSIONS.len(), proptest::option::of(source()), proptest::option::of(elsewhere())),
            0..4,
        ),
        proptest::collection::vec(update(), 0..5),
        proptest::collection::vec((0..8usize, any::<bool>(), any::<bool>(), prop::bool::weighted(0.3)), 0..3),
        proptest::collection::vec((0..8usize, 0..2usize, any::<bool>()), 0..3),
        proptest::collection::vec((0..RULES.len(), 0..TAGS.len(), 0..2usize), 0..2),
        (
            proptest::collection::vec(any::<[bool; 7]>(), 0..=TAGS.len()),
            proptest::option::of(proptest::collection::vec(any::<bool>(), 7)),
        ),
        any::<u64>(),
    )
        .prop_map(
            |(machines, publications, advisories, updates, decisions, exceptions, rules, (tagged, scope), seed)| {
                Fleet { machines, publications, advisories, updates, decisions, exceptions, rules, tagged, scope, seed }
            },
        )
}

impl Fleet {
    pub(crate) fn truth(&self) -> Truth {
        let mut truth = Truth::default();
        for (number, machine) in self.machines.iter().enumerate() {
            let has = components(machine);
            truth.intern(&has);
            truth.machines.insert(asset_id(number), has);
        }
        for publication in &self.publications {
            truth.publish(publication);
        }
        for (source, version, also, elsewhere) in &self.advisories {
            truth.advise(source, *version, *also, *elsewhere);
        }
        for update in &self.updates {
            truth.update(update);
        }
        for (patch, enabled, hidden, withdrawn) in &self.decisions {
            truth.decide(*patch, *enabled, *hidden);
            truth.withdraw(*patch, *withdrawn);
        }
        for (patch, from, expired) in &self.exceptions {
            truth.except(*patch, *from, *expired);
        }
        for (rule, tag, first) in &self.rules {
            truth.except_by_rule(*rule, tag_id(*tag), *first);
        }
        for (number, has) in self.tagged.iter().enumerate() {
            let members =
                truth.machines.keys().enumerate().filter(|(at, _)| has[*at]).map(|(_, asset)| *asset).collect();
            truth.tags.push((tag(number, members), TAGS[number].2));
        }
        truth
    }

    pub(crate) fn index(truth: &Truth) -> Index {
        // Few assets stand in several blocks as many do, or in one.
        let size = [1, 2, 3, BLOCK_SIZE][truth.interned.len() % 4];
        let now = Timestamp::from_second(AS_OF).expect("a time");
        let index = Index::with_sla(SlaDays::default(), now).in_blocks_of(size);
        index.add_components(truth.interned.iter().map(|(component, id)| (*id, component)));
        let assets = truth.machines.iter().map(|(asset, machine)| LoadedAsset {
            columns: columns(*asset, 1),
            facts: machine_facts(*asset),
            components: machine.iter().map(|component| truth.interned[component]).collect(),
        });
        index.load(assets, truth.patches.values().cloned());
        index.put_facts(facts());
        index.set_exceptions(truth.exceptions.clone());
        index.put_tags(truth.tags.iter().map(|(tag, _)| tag.clone()));
        index.settle_tags();
        index
    }

    /// Asks an index of the fleet, beside what is known of it.
    pub(crate) fn asked(&self, ask: impl FnOnce(Asked<'_>) -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
        let truth = self.truth();
        let assets = self.scope(&truth);
        let (index, scope) = (Self::index(&truth), self.asked_in(&assets));
        let world = World { truth: &truth, scope: assets };
        ask(Asked { seed: self.seed, index: &index, scope: &scope, world: &world, samples: samples(&world) })
    }

    pub(crate) fn scope(&self, truth: &Truth) -> BTreeSet<AssetId> {
        let is_in = |at: usize| self.scope.as_ref().is_none_or(|scope| scope[at]);
        truth.machines.keys().enumerate().filter(|(at, _)| is_in(*at)).map(|(_, asset)| *asset).collect()
    }
}

impl Fleet {
    /// As the index takes it.
    pub(crate) fn asked_in(&self, assets: &BTreeSet<AssetId>) -> Scope {
        match self.scope {
            Some(_) => Scope::Assets(assets.iter().copied().collect()),
            None => Scope::Everything,
        }
    }
}

/// Values by token, from all things.
pub(crate) fn samples(world: &World<'_>) -> Samples {
    let mut values: HashMap<TokenId, Vec<String>> = HashMap::new();
    let mut note = |entity: Entity, thing: &dyn Thing| {
        let tokens = Vocabulary::FETTLE.tokens(entity).iter();
        for token in tokens.filter(|token| !token.kind.is_group()) {
            values.entry(token.id).or_default().extend(thing.facts(token).iter().map(plain::as_text));
        }
    };
    for asset in world.assets() {
        note(Entity::Asset, &world.asset(asset, None));
        for entry in world.patches().filter(|entry| world.has_finding(asset, entry)) {
            note(Entity::Patch, &Patch { world, entry, tie: Some(asset) });
        }
    }
    world.cves().iter().for_each(|cve| note(Entity::Vulnerability, &Vulnerability { world, cve }));
    world.components().iter().for_each(|component| note(Entity::Component, &Installed { world, component }));
    Arc::new(move |token: &TokenDefinition| values.get(&token.id).cloned().unwrap_or_default())
}

/// How many things have which value; `None`: no value.
type Counts = BTreeMap<Option<String>, u64>;

/// The answer thing by thing, in order; and the things counted by the values of a token.
pub(crate) fn expected(
    world: &World<'_>,
    query: &Query,
    having: Option<&Query>,
    keys: &[SortKey],
    group: &'static TokenDefinition,
) -> (Vec<ThingId>, Counts) {
    let mut counts = Counts::new();
    let mut count = |facts: Vec<Fact>| {
        let values: BTreeSet<Option<String>> = facts.iter().map(|fact| Some(shown(fact))).collect();
        let values = if values.is_empty() { BTreeSet::from([None]) } else { values };
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
    };
    let holds = |query: &Query, thing: &dyn Thing| plain::holds(&query.root, thing);
    let holds_having = |thing: &dyn Thing| having.is_none_or(|having| holds(having, thing));
    let mut found: Vec<(ThingId, Box<dyn Thing + '_>)> = Vec::new();
    match query.entity {
        Entity::Asset => {
            for asset in world.assets() {
                let thing = world.asset(asset, None);
                let findings = world.patches().filter(|entry| world.has_finding(asset, entry));
                let mut pairs = findings.map(|entry| Patch { world, entry, tie: Some(asset) });
                if holds(query, &thing) && (having.is_none() || pairs.any(|pair| holds_having(&pair))) {
                    found.push((ThingId::Uuid(asset.uuid()), Box::new(thing)));
                }
            }
        }
        Entity::Patch => {
            for entry in world.patches() {
                let findings: Vec<_> = world.assets().filter(|asset| world.has_finding(*asset, entry)).collect();
                let is_pair = |asset: &AssetId| {
                    holds_having(&world.asset(*asset, Some(entry)))
                        && holds(query, &Patch { world, entry, tie: Some(*asset) })
                };
                let alone = Patch { world, entry, tie: None };
                let is_alone = findings.is_empty() && having.is_none() && holds(query, &alone);
                let pairs: Vec<_> = findings.iter().filter(|asset| is_pair(asset)).collect();
                if !pairs.is_empty() || is_alone {
                    if group.tie.is_some() {
                        // Each value that one of its pairs has.
                        let of_pair = |asset: &&AssetId| Patch { world, entry, tie: Some(**asset) }.facts(group);
                        let values: Vec<Vec<Fact>> = pairs.iter().map(of_pair).collect();
                        let has_null = is_alone || values.iter().any(Vec::is_empty);
                        let some: Vec<Fact> = values.into_iter().flatten().collect();
                        if !some.is_empty() {
                            count(some);
                        }
                        if has_null {
                            count(Vec::new());
                        }
                    }
                    found.push((ThingId::Uuid(entry.patch.id.uuid()), Box::new(alone)));
                }
            }
        }
        Entity::Vulnerability => {
            for cve in world.cves() {
                let thing = Vulnerability { world, cve };
                if holds(query, &thing) && (having.is_none() || thing.exposes(|asset| holds_having(asset))) {
                    found.push((ThingId::Name(cve.to_owned()), Box::new(thing)));
                }
            }
        }
        _ => {
            for component in world.components() {
                let thing = Installed { world, component };
                if holds(query, &thing) {
                    found.push((ThingId::Number(thing.id().0), Box::new(thing)));
                }
            }
        }
    }
    if group.tie.is_none() {
        for (_, thing) in &found {
            count(thing.facts(group));
        }
    }
    found.sort_by(|(left, a), (right, b)| plain::order(a.as_ref(), b.as_ref(), keys).then_with(|| left.cmp(right)));
    (found.into_iter().map(|(id, _)| id).collect(), counts)
}

/// A value as groups show it; a date by the first day of its month.
pub(crate) fn shown(fact: &Fact) -> String {
    match fact {
        Fact::Date(at) => TimeZone::UTC.to_datetime(*at).date().first_of_month().to_string(),
        other => plain::as_text(other),
    }
}

fn grouped(index: &Index, question: &Question<'_>, token: &'static TokenDefinition) -> Result<(u64, Counts), AskError> {
    let by = GroupBy {
        tokens: vec![token],
        interval: DateInterval::Month,
        zone: TimeZone::UTC,
        order: GroupOrder::Count,
        limit: 1_000,
        measures: Vec::new(),
    };
    let groups = index.ask_groups(question, &by)?;
    let is_sorted = groups.groups.is_sorted_by(|left, right| left.count >= right.count);
    assert!(is_sorted && groups.left_out == 0, "{groups:?}");
    let group = |group: Group| (group.values[0].as_ref().map(|value| value.text.clone()), group.count);
    Ok((groups.total, groups.groups.into_iter().map(group).collect()))
}

/// The answer of the index, page by page.
fn answered(index: &Index, question: &Question<'_>, keys: &[SortKey], limit: usize) -> Result<Vec<ThingId>, AskError> {
    let mut all = Vec::new();
    let mut after: Option<Position> = None;
    loop {
        let order = Order { keys, after, limit };
        let (ids, total, next) = page(index, question, &order)?;
        assert!(ids.len() <= limit);
        all.extend(ids);
        let Some(next) = next else {
            assert_eq!(total, all.len() as u64);
            return Ok(all);
        };
        // As a client has it, who gets it as text.
        let text = serde_json::to_string(&next).expect("a place is JSON");
        after = Some(serde_json::from_str(&text).expect("as it was written"));
    }
}

type Paged = (Vec<ThingId>, u64, Option<Position>);

fn page(index: &Index, question: &Question<'_>, order: &Order<'_>) -> Result<Paged, AskError> {
    fn parts<Row>(answer: Answer<Row>, id: impl Fn(Row) -> ThingId) -> Paged {
        (answer.rows.into_iter().map(id).collect(), answer.total, answer.next)
    }
    Ok(match question.query.entity {
        Entity::Asset => parts(index.ask_assets(question, order)?, |row| ThingId::Uuid(row.columns.id.uuid())),
        Entity::Patch => parts(index.ask_patches(question, order)?, |row| ThingId::Uuid(row.entry.patch.id.uuid())),
        Entity::Vulnerability => parts(index.ask_vulnerabilities(question, order)?, |row| ThingId::Name(row.cve)),
        _ => parts(index.ask_components(question, order)?, |row| ThingId::Number(row.id.0)),
    })
}

/// What is asked of the other side of an entity's findings.
pub(crate) const fn other_side(entity: Entity) -> Option<Entity> {
    match entity {
        Entity::Asset => Some(Entity::Patch),
        Entity::Patch | Entity::Vulnerability => Some(Entity::Asset),
        _ => None,
    }
}

fn ask(Asked { seed, index, scope, world, samples }: Asked<'_>) -> Result<(), TestCaseError> {
    let now = Timestamp::from_second(AS_OF).expect("a time");
    for round in 0..QUERIES {
        let entity = ENTITIES[round % ENTITIES.len()];
        let seed = seed.wrapping_add(round as u64);
        let context = Context::new(entity, now, TimeZone::UTC);
        let mut generator = Generator::new(seed, entity, Vocabulary::FETTLE, Arc::clone(&samples));
        let (text, order) = (generator.query(), generator.sort());
        let query = check(&text, &context).expect("the generator writes queries");
        let keys = sort(&order, entity, Vocabulary::FETTLE).expect("the generator writes orders");
        let having_text = other_side(entity)
            .filter(|_| seed.is_multiple_of(3))
            .map(|other| Generator::new(seed, other, Vocabulary::FETTLE, Arc::clone(&samples)).query());
        // Inside a tie a name may be that of two; then there is no second query.
        let having = having_text.as_ref().and_then(|text| check_having(text, &context).ok());
        let question = Question { query: &query, having: having.as_ref(), scope, deadline: Deadline::default() };
        let limit = usize::try_from(seed % 5).expect("small") + 1;
        let found = answered(index, &question, &keys, limit).expect("there is time");
        let tokens = Vocabulary::FETTLE.tokens(entity).iter();
        let groupable: Vec<_> = tokens.filter(|token| token.grouping != Grouping::NotGroupable).collect();
        let group = groupable[usize::try_from(seed % groupable.len() as u64).expect("few tokens")];
        let (wanted, counts) = expected(world, &query, having.as_ref(), &keys, group);
        let total = wanted.len() as u64;
        prop_assert_eq!(found, wanted, "{}: {} having {:?} by {}", entity, text, having_text, order);
        prop_assert_eq!(index.ask_count(&question).expect("there is time"), total);
        let grouped = grouped(index, &question, group).expect("there is time");
        prop_assert_eq!(grouped, (total, counts), "{}: {} having {:?} by {}", entity, text, having_text, group.name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    /// Ten thousand queries.
    #[test]
    fn are_answered_as_the_plain_evaluator_does(fleet in fleet()) {
        fleet.asked(ask)?;
    }
}
