//! Collections after any sequence of changes: the members that the index keeps are those that a whole evaluation of each
//! rule finds, though it judged only what a change can have concerned.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use fettle_index::ask::{AskError, Deadline, Question, Scope};
use fettle_index::tags::{RuleQuestion, TagDefinition, TagFault, TagRule, read_rule};
use fettle_index::{AssetChange, Columns, Index, SelfCheckResult};
use fettle_model::component::Component;
use fettle_model::sla::SlaDays;
use fettle_model::{AssetId, ScanStatus};
use fettle_qql::token::{TokenDefinition, TokenId, Vocabulary};
use fettle_qql::tokens::AssetToken;
use fettle_qql::{Context, Entity};
use fettle_testqql::{Generator, Samples};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rustc_hash::FxHashSet;

use crate::plain::World;
use crate::questions::{TAGS, samples, tag, tag_id};
use crate::steps::{
    Machine, Publication, Update, asset_id, columns, components, machine, machine_facts, publication, update,
};
use crate::truth::{AS_OF, Truth, facts};

#[derive(Debug, Clone)]
enum Step {
    Report { asset: usize, machine: Machine, look: u8 },
    Contact { asset: usize, hours: i64 },
    Leave { asset: usize },
    Publish(Publication),
    Update(Vec<Update>),
    Decide { patch: usize, enabled: bool, hidden: bool },
    Hours(i64),
    Rule { tag: usize, seed: u64, pins: [Option<bool>; 6] },
    ByHand { tag: usize, members: [bool; 6] },
    Unmake { tag: usize },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6usize, machine(), any::<u8>()).prop_map(|(asset, machine, look)| Step::Report { asset, machine, look }),
        1 => (0..6usize, 0..80i64).prop_map(|(asset, hours)| Step::Contact { asset, hours }),
        1 => (0..6usize).prop_map(|asset| Step::Leave { asset }),
        2 => publication().prop_map(Step::Publish),
        1 => proptest::collection::vec(update(), 1..4).prop_map(Step::Update),
        1 => (0..8usize, any::<bool>(), any::<bool>())
            .prop_map(|(patch, enabled, hidden)| Step::Decide { patch, enabled, hidden }),
        1 => (1..900i64).prop_map(Step::Hours),
        5 => (0..TAGS.len(), any::<u64>(), any::<[Option<bool>; 6]>())
            .prop_map(|(tag, seed, pins)| Step::Rule { tag, seed, pins }),
        1 => (0..TAGS.len(), any::<[bool; 6]>()).prop_map(|(tag, members)| Step::ByHand { tag, members }),
        1 => (0..TAGS.len()).prop_map(|tag| Step::Unmake { tag }),
    ]
}

/// Columns that are not the same with each report.
fn looking(asset: AssetId, revision: u64, look: u8, now: Timestamp) -> Columns {
    let usual = columns(asset, revision);
    Columns {
        name: if look & 1 == 0 { usual.name } else { "Web 02".to_owned() },
        last_logged_on_user: if look & 2 == 0 { usual.last_logged_on_user } else { Some("ada".to_owned()) },
        pending_reboot: look & 4 == 0,
        scan_status: if look & 8 == 0 { usual.scan_status } else { ScanStatus::NotSupported },
        scanned_at: if look & 16 == 0 { usual.scanned_at } else { Some(now) },
        last_checked_in: if look & 32 == 0 { usual.last_checked_in } else { Some(now) },
        ..usual
    }
}

struct Bench {
    index: Arc<Index>,
    truth: Truth,
    tags: BTreeMap<usize, TagDefinition>,
    revision: u64,
    now: Timestamp,
}

impl Bench {
    fn new() -> Self {
        let now = Timestamp::from_second(AS_OF).expect("a time");
        let index = Index::with_sla(SlaDays::default(), now).in_blocks_of(2);
        Self { index: Arc::new(index), truth: Truth::default(), tags: BTreeMap::new(), revision: 0, now }
    }

    fn step(&mut self, step: Step) {
        // Facts move every rule about the catalogue: put with patches alone, so that reports are followed by themselves.
        let brings_patches = matches!(step, Step::Publish(_) | Step::Update(_));
        match step {
            Step::Report { asset, machine, look } => self.report(asset_id(asset), &machine, look),
            Step::Contact { asset, hours } => {
                self.index.note_contact(asset_id(asset), self.now - SignedDuration::from_hours(hours), None);
            }
            Step::Leave { asset } => {
                self.index.remove_asset(asset_id(asset));
                self.truth.machines.remove(&asset_id(asset));
            }
            Step::Publish(publication) => self.index.put_patch(self.truth.publish(&publication)),
            Step::Update(updates) => {
                let entries: Vec<_> = updates.iter().map(|update| self.truth.update(update)).collect();
                self.index.put_patches(entries);
            }
            Step::Decide { patch, enabled, hidden } => {
                if let Some(entry) = self.truth.decide(patch, enabled, hidden) {
                    self.index.put_patch(entry);
                }
            }
            Step::Hours(hours) => {
                self.now += SignedDuration::from_hours(hours);
                self.index.move_to(self.now);
            }
            Step::Rule { tag, seed, pins } => self.rule(tag, seed, pins),
            Step::ByHand { tag: number, members } => {
                let members = (0..6).filter(|at| members[*at]).map(asset_id).collect();
                self.put(number, tag(number, members));
            }
            Step::Unmake { tag } => {
                let has_children = self.tags.values().any(|other| other.parent == Some(tag_id(tag)));
                if !has_children {
                    self.tags.remove(&tag);
                    self.index.remove_tag(tag_id(tag));
                }
            }
        }
        if brings_patches {
            self.index.put_facts(facts());
        }
    }

    fn report(&mut self, asset: AssetId, machine: &Machine, look: u8) {
        self.revision += 1;
        let now = components(machine);
        let before = self.truth.machines.insert(asset, now.clone()).unwrap_or_default();
        self.truth.intern(&now);
        self.index.add_components(self.truth.interned.iter().map(|(component, id)| (*id, component)));
        let ids =
            |set: BTreeSet<Component>| set.iter().map(|component| self.truth.interned[component]).collect::<Vec<_>>();
        let change = AssetChange {
            columns: looking(asset, self.revision, look, self.now),
            facts: (look & 64 == 0).then(|| {
                let mut facts = machine_facts(asset);
                facts.self_check = (look & 128 == 0).then_some(SelfCheckResult::Warning);
                facts
            }),
            added: ids(now.difference(&before).cloned().collect()),
            removed: ids(before.difference(&now).cloned().collect()),
        };
        self.index.change_asset(change, None);
    }

    /// A random rule, where it may stand in a tag, with pins.
    fn rule(&mut self, number: usize, seed: u64, pins: [Option<bool>; 6]) {
        let world = World { truth: &self.truth, scope: self.truth.machines.keys().copied().collect() };
        let of_things = samples(&world);
        let tokens = [Entity::Asset, Entity::Patch, Entity::Vulnerability, Entity::Component]
            .into_iter()
            .flat_map(|entity| Vocabulary::FETTLE.tokens(entity));
        let values: HashMap<TokenId, Vec<String>> = tokens.map(|token| (token.id, of_things(token))).collect();
        let samples: Samples = Arc::new(move |token: &TokenDefinition| match token.id {
            TokenId::Asset(AssetToken::TagsName) => TAGS.iter().map(|(name, ..)| (*name).to_owned()).collect(),
            TokenId::Asset(AssetToken::TagsPath) => TAGS.iter().map(|(.., path)| (*path).to_owned()).collect(),
            TokenId::Asset(AssetToken::TagsId) => (0..TAGS.len()).map(|number| tag_id(number).to_string()).collect(),
            id => values.get(&id).cloned().unwrap_or_default(),
        });
        let text = Generator::new(seed, Entity::Asset, Vocabulary::FETTLE, samples).query();
        if read_rule(&text, &TimeZone::UTC, self.now).is_err() {
            return;
        }
        let pinned = |side| (0..6).filter(|at| pins[*at] == Some(side)).map(asset_id).collect();
        let rule = Some(TagRule { text, tz: "UTC".to_owned() });
        self.put(
            number,
            TagDefinition { rule, pinned_in: pinned(true), pinned_out: pinned(false), ..tag(number, vec![]) },
        );
    }

    /// Where the tags may be so.
    fn put(&mut self, number: usize, tag: TagDefinition) {
        if self.index.check_tag(&tag).is_ok() {
            self.tags.insert(number, tag.clone());
            self.index.put_tags([tag]);
        }
    }

    /// Who is found where all are asked for.
    fn seen_by(&self, scope: &Scope) -> BTreeSet<AssetId> {
        let all = read_rule("not name:never", &TimeZone::UTC, self.now).expect("a query");
        let question = Question { query: all.query(), having: None, scope, deadline: Deadline::default() };
        self.index.ask_ids(&question).expect("there is time").into_iter().collect()
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let counts = self.index.tag_counts();
        for tag in self.tags.values() {
            let mut expected: BTreeSet<AssetId> = match &tag.rule {
                None => BTreeSet::new(),
                Some(rule) => {
                    let read = read_rule(&rule.text, &TimeZone::UTC, self.now).expect("it was read before");
                    let (scope, deadline) = (Scope::Everything, Deadline::default());
                    let question = Question { query: read.query(), having: None, scope: &scope, deadline };
                    self.index.ask_ids(&question).expect("there is time").into_iter().collect()
                }
            };
            expected.extend(tag.pinned_in.iter().filter(|asset| self.index.contains(**asset)));
            expected.retain(|asset| !tag.pinned_out.contains(asset));
            let members: BTreeSet<AssetId> = self.index.tag_members(tag.id).into_iter().collect();
            prop_assert_eq!(&members, &expected, "{:?}", tag);
            prop_assert_eq!(counts.get(&tag.id).copied().unwrap_or_default(), members.len() as u64);
            prop_assert_eq!(self.seen_by(&Scope::Tags(vec![tag.id])), members);
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn are_who_the_rules_find(steps in proptest::collection::vec(step(), 1..40)) {
        let mut bench = Bench::new();
        for step in steps {
            bench.step(step);
            bench.index.settle_tags();
            bench.check()?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// A change that finds its block held waits there, and whoever asks next sees it.
    #[test]
    fn are_who_the_rules_find_while_others_ask(steps in proptest::collection::vec(step(), 20..40)) {
        let mut bench = Bench::new();
        let (index, is_over) = (Arc::clone(&bench.index), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| while !is_over.load(Ordering::Relaxed) { ask(&index) });
            }
            let checked = steps.into_iter().try_for_each(|step| {
                bench.step(step);
                bench.index.settle_tags();
                bench.check()
            });
            is_over.store(true, Ordering::Relaxed);
            checked
        })?;
    }
}

/// Holds blocks for a while.
fn ask(index: &Index) {
    let asked = |entity, text: &str| {
        let context = Context::new(entity, Timestamp::UNIX_EPOCH, TimeZone::UTC);
        let query = fettle_qql::check(text, &context).expect("it is a query");
        let question =
            Question { query: &query, having: None, scope: &Scope::Everything, deadline: Deadline::default() };
        index.ask_count(&question).expect("there is time");
    };
    asked(Entity::Asset, "pendingReboot:true and patches:(patchStatus:Missing and isLatest:true)");
    asked(Entity::Patch, "missingCount>1 or installedCount>1");
    asked(Entity::Component, "name:openssl");
}

fn collection(number: usize, text: &str) -> TagDefinition {
    TagDefinition { rule: Some(TagRule { text: text.to_owned(), tz: "UTC".to_owned() }), ..tag(number, vec![]) }
}

fn fleet() -> Bench {
    let mut bench = Bench::new();
    let bare = Machine {
        windows: None,
        articles: vec![],
        program: false,
        packages: vec![(1, 1, false)],
        rpms: vec![],
        offers: vec![],
        repositories: [false; 2],
        release: true,
    };
    for asset in 0..3 {
        bench.report(asset_id(asset), &bare, 0);
    }
    bench
}

#[test]
fn only_rules_that_look_at_what_changed_are_judged() {
    let mut bench = fleet();
    bench.put(0, collection(0, "name:web*"));
    bench.put(1, collection(1, "components.name:openssl"));
    bench.put(2, collection(2, "lastCheckedIn>=now-1d"));
    let first = bench.index.settle_tags();
    assert_eq!((first.whole_rules, first.rules), (3, 0));
    assert_eq!(bench.index.settle_tags(), fettle_index::tags::Settled::default());
    bench.index.note_contact(asset_id(1), bench.now, None);
    let contact = bench.index.settle_tags();
    assert_eq!((contact.whole_rules, contact.rules, contact.assets), (0, 1, 1));
    bench.step(Step::Hours(1));
    let hour = bench.index.settle_tags();
    assert_eq!((hour.whole_rules, hour.rules), (1, 0));
}

#[test]
fn a_rule_that_names_itself_by_way_of_others_is_refused_with_the_way() {
    let mut bench = fleet();
    bench.put(0, collection(0, "tags.path:\"Rings/Ring-1 web\""));
    bench.put(1, collection(1, "name:web*"));
    bench.put(2, collection(2, "tags.name:Rings and not name:db*"));
    let refused = bench.index.check_tag(&collection(1, "name:x or tags.name:Prod")).expect_err("a circle");
    let way = ["Prod", "Rings/Ring-1 web", "Rings", "Prod"].map(str::to_owned).to_vec();
    assert_eq!(refused, TagFault::Cycle(way));
    assert!(matches!(bench.index.check_tag(&collection(3, "tags.name is null")), Err(TagFault::Cycle(_))));
    // Free text says nothing of tags.
    assert_eq!(bench.index.check_tag(&collection(3, "prod")), Ok(()));
}

#[test]
fn parents_and_rules_go_so_deep_and_no_deeper() {
    let bench = fleet();
    let nested = |number: usize, parent: Option<usize>, text: &str| TagDefinition {
        id: tag_id(100 + number),
        name: format!("level {number}"),
        parent: parent.map(|parent| tag_id(100 + parent)),
        ..collection(0, text)
    };
    for number in 0..8 {
        let tag = nested(number, number.checked_sub(1), "name:x");
        assert_eq!(bench.index.check_tag(&tag), Ok(()));
        bench.index.put_tags([tag]);
    }
    assert_eq!(bench.index.check_tag(&nested(8, Some(7), "name:x")), Err(TagFault::TooDeep));
    assert!(matches!(bench.index.check_tag(&nested(0, Some(7), "name:x")), Err(TagFault::ParentLoop(_))));
    assert_eq!(bench.index.check_tag(&nested(8, Some(50), "name:x")), Err(TagFault::NoParent));
    let bench = fleet();
    let chained = |number: usize| nested(number, None, &format!("tags.id:{}", tag_id(100 + number - 1)));
    bench.index.put_tags([nested(0, None, "name:x")]);
    for number in 1..=16 {
        assert_eq!(bench.index.check_tag(&chained(number)), Ok(()), "{number}");
        bench.index.put_tags([chained(number)]);
    }
    assert!(matches!(bench.index.check_tag(&chained(17)), Err(TagFault::RulesTooDeep(_))));
}

#[test]
fn a_preview_says_who_joins_and_leaves_and_ends_in_time() {
    let mut bench = fleet();
    bench.put(0, collection(0, "components.name:openssl"));
    bench.index.settle_tags();
    let rule = read_rule("not id:00000000-0000-0000-0000-000000000001", &TimeZone::UTC, bench.now).expect("a rule");
    let (pinned_in, pinned_out) = (FxHashSet::default(), FxHashSet::from_iter([asset_id(1)]));
    let mut question = RuleQuestion {
        tag: Some(tag_id(0)),
        rule: Some(&rule),
        pinned_in: &pinned_in,
        pinned_out: &pinned_out,
        limit: 1,
        deadline: Deadline::default(),
    };
    let changes = bench.index.preview_tag(&question).expect("there is time");
    assert_eq!((changes.before, changes.members, changes.joining, changes.leaving), (3, 1, 0, 2));
    assert_eq!((changes.first_members[0].columns.id, changes.first_leaving.len()), (asset_id(2), 1));
    assert_eq!(bench.index.tag_members(tag_id(0)).len(), 3, "nothing was changed");
    question.deadline = Deadline(Some(Instant::now()));
    assert_eq!(bench.index.preview_tag(&question), Err(AskError::TookTooLong));
}
