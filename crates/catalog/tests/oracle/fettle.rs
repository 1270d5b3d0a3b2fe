//! What our own rules say of a machine, as they are or under what another tool does otherwise.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fettle_catalog::debian::advisories::{self, Advisory};
use fettle_catalog::debian::patches;
use fettle_catalog::debian::tracker::{self, State, Statement};
use fettle_catalog::judge::{AssetView, Verdict, judge};
use fettle_catalog::rule::{Clause, Reach, Reporters, Rule};
use fettle_model::component::Component;
use fettle_model::debian_source::unsigned;
use fettle_model::patch::MatchedBy;
use fettle_model::version::dpkg;
use fettle_model::{AssetId, PackageKind};

use crate::cause::{Cause, Causes, groups, judged};
use crate::machine::{Machine, Package};

const PRODUCT: &str = "debian:11";
const CODE_NAME: &str = "bullseye";

/// An advisory's rule, and the names of what it fixes: its own, and CVEs.
struct Named {
    advisory: String,
    names: BTreeSet<String>,
    rule: Rule,
    /// The same, for which every version is one of the release.
    without_foreign: Rule,
}

impl Named {
    fn new(advisory: String, names: BTreeSet<String>, rule: Rule) -> Self {
        let clauses = rule.clauses.iter().map(|clause| Clause { foreign: None, ..clause.clone() }).collect();
        let without_foreign = Rule { clauses, ..rule.clone() };
        Self { advisory, names, rule, without_foreign }
    }
}

pub(crate) struct Rules {
    /// As the catalogue has them.
    patches: Vec<Named>,
    /// One for each revision of an advisory.
    revisions: Vec<Named>,
    statements: Vec<Statement>,
}

impl Rules {
    pub(crate) fn read(list: &Path, tracker: &Path) -> Self {
        let list = fs_err::read(list).expect("readable");
        let (patches, _) = patches::read(list.as_slice()).expect("a list");
        let patches = patches.iter().filter(|patch| patch.product == PRODUCT).map(|patch| {
            let advisory = base_id(patch.advisory().expect("an id")).to_owned();
            let names = patch.cves.iter().flatten().cloned().chain([advisory.clone()]).collect();
            Named::new(advisory, names, Rule::of(patch, &Reporters::default()))
        });
        let mut revisions = Vec::new();
        advisories::read(list.as_slice(), |advisory| revisions.extend(revision(&advisory))).expect("a list");
        let mut statements = Vec::new();
        let is_of_release = |statement: &Statement| statement.release == CODE_NAME && statement.makes_finding();
        let each = |statement: Statement| statements.extend(is_of_release(&statement).then_some(statement));
        tracker::read(fs_err::File::open(tracker).expect("readable"), each).expect("the tracker's JSON");
        Self { patches: patches.collect(), revisions, statements }
    }

    pub(crate) fn advisories(&self) -> BTreeSet<&String> {
        self.patches.iter().map(|named| &named.advisory).collect()
    }

    /// The verdict on each advisory.
    pub(crate) fn verdicts(&self, machine: &Machine, causes: &Causes) -> BTreeMap<&str, Verdict> {
        let mut verdicts = BTreeMap::new();
        for group in components(machine, causes) {
            let view = AssetView::new(&group);
            for named in &self.patches {
                let rule = if causes.contains(&Cause::HigherIsFixed) { &named.without_foreign } else { &named.rule };
                let verdict = judge(rule, AssetId(uuid::Uuid::nil()), &view).verdict;
                // The gravest counts, which is the least of the enum.
                let of_all = verdicts.entry(named.advisory.as_str()).or_insert(verdict);
                *of_all = verdict.min(*of_all);
            }
        }
        verdicts
    }

    /// Each package that is below a fixed version, with each name of what is fixed by it.
    pub(crate) fn findings(&self, machine: &Machine, causes: &Causes) -> BTreeSet<(String, String)> {
        let rules = if causes.contains(&Cause::Revision) { &self.revisions } else { &self.patches };
        let mut found = BTreeSet::new();
        for group in components(machine, causes) {
            let view = AssetView::new(&group);
            for named in rules {
                let judgement = judge(&named.rule, AssetId(uuid::Uuid::nil()), &view);
                for package in judgement.packages.iter().filter(|package| package.is_below()) {
                    found.extend(named.names.iter().map(|name| (name.clone(), package.name.clone())));
                }
            }
        }
        for package in machine.packages.iter().filter_map(|package| judged(package, causes)) {
            let of_package = self.statements.iter().filter(|statement| is_open(statement, &package));
            found.extend(of_package.map(|statement| (statement.cve.clone(), package.name.clone())));
        }
        found
    }
}

fn components(machine: &Machine, causes: &Causes) -> Vec<Vec<Component>> {
    let packages = machine.packages.iter().filter_map(|package| judged(package, causes)).collect();
    let group =
        |group: Vec<Package>| std::iter::once(machine.os()).chain(group.iter().map(Package::component)).collect();
    groups(packages, causes).into_iter().map(group).collect()
}

fn revision(advisory: &Advisory) -> Option<Named> {
    let fixes = advisory.fixes.iter().filter(|fix| fix.release == CODE_NAME);
    let clause = |fix: &advisories::Fix| Clause {
        kind: PackageKind::Deb,
        by: MatchedBy::Source,
        name: fix.source.clone(),
        architecture: "any".to_owned(),
        stream: String::new(),
        fixed: Some(fix.version.clone()),
        reach: Reach::Everyone,
        foreign: None,
    };
    let clauses: Vec<_> = fixes.map(clause).collect();
    let base = base_id(&advisory.id).to_owned();
    let names = advisory.cves.iter().cloned().chain([base.clone()]).collect();
    let rule = Rule { product: PRODUCT.to_owned(), repository: None, clauses, articles: Box::default() };
    (!rule.clauses.is_empty()).then(|| Named::new(base, names, rule))
}

fn is_open(statement: &Statement, package: &Package) -> bool {
    let (source, version) = unsigned(&package.source, &package.source_version);
    source == statement.source
        && match &statement.state {
            State::Open => true,
            State::Fixed(fixed) => dpkg::compare(&version, fixed) == Ordering::Less,
            State::NeverAffected | State::Undetermined => false,
        }
}

/// `DSA-5380-2` is `DSA-5380`; a CVE stays.
pub(crate) fn base_id(id: &str) -> &str {
    match id.match_indices('-').nth(1) {
        Some((at, _)) if id.starts_with('D') => &id[..at],
        _ => id,
    }
}
