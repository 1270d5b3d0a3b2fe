//! The index and the plain evaluator agree: after any sequence of reports and new patches, every status and every
//! count of the index is what judging each asset by itself gives; and an index that is loaded equals one that grew.

mod collections;
mod measures;
mod parts;
mod plain;
mod questions;
mod steps;
mod truth;
mod updates;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use fettle_catalog::judge::Verdict;
use fettle_index::query::{AssetFilter, AssetSort, Page, VulnerabilityFilter, VulnerabilitySort};
use fettle_index::tags::TagDefinition;
use fettle_index::{AssetChange, Counts, Index, LoadedAsset, Status};
use fettle_model::AssetId;
use fettle_model::component::Component;
use fettle_model::sla::SlaDays;
use jiff::Timestamp;
use proptest::prelude::*;

use questions::{tag, tag_id};
use steps::{Step, asset_id, columns, components, machine_facts, step};
use truth::{AS_OF, Truth, due, facts};

fn check(index: &Index, truth: &Truth) -> Result<(), TestCaseError> {
    let all = Page { offset: 0, limit: 100 };
    for asset in truth.machines.keys() {
        let found = index.findings(*asset);
        for finding in &found {
            prop_assert_eq!(finding.due, due(*asset, &finding.entry));
            prop_assert_eq!(finding.is_overdue, truth.is_overdue(*asset, &finding.entry));
            prop_assert_eq!(finding.is_latest, !truth.is_replaced(*asset, &finding.entry));
            prop_assert_eq!(finding.is_excepted, truth.is_excepted(*asset, &finding.entry));
        }
        let findings: BTreeMap<_, _> = found.into_iter().map(|found| (found.entry.number, found.status)).collect();
        for (number, entry) in &truth.patches {
            let expected = match truth.status(*asset, entry) {
                Verdict::Missing => Some(Status::Missing),
                Verdict::Installed => Some(Status::Installed),
                Verdict::Undetermined => Some(Status::Undetermined),
                Verdict::NotApplicable => None,
            };
            prop_assert_eq!(findings.get(number).copied(), expected, "{} on {}", entry.patch.title, asset);
        }
        let counts = index.asset(*asset).expect("it is there").counts;
        let of_findings = Counts { packages: 0, offers: 0, ..counts };
        prop_assert_eq!(of_findings, truth.counts(*asset));
        let packages =
            truth.machines[asset].iter().filter(|component| matches!(component.kind(), "deb" | "rpm" | "msi")).count();
        prop_assert_eq!(counts.packages as usize, packages);
        let late = index.overdue_counts([*asset])[asset];
        prop_assert_eq!(late as usize, truth.overdue_lines(*asset), "{}", asset);
    }
    for entry in truth.patches.values() {
        let with = |status| {
            let filter = AssetFilter { patch: Some((entry.patch.id, status)), ..AssetFilter::default() };
            index.assets(&filter, AssetSort::Name, false, all).total
        };
        let expected = |verdict| truth.machines.keys().filter(|asset| truth.status(**asset, entry) == verdict).count();
        prop_assert_eq!(with(Status::Missing), expected(Verdict::Missing));
        prop_assert_eq!(with(Status::Installed), expected(Verdict::Installed));
        prop_assert_eq!(with(Status::Undetermined), expected(Verdict::Undetermined));
        prop_assert_eq!(with(Status::NotApplicable), expected(Verdict::NotApplicable));
        let (_, count) = index.patch(entry.patch.id).expect("it is there");
        prop_assert_eq!(usize::try_from(count.missing).expect("few assets"), expected(Verdict::Missing));
        prop_assert_eq!(usize::try_from(count.installed).expect("few assets"), expected(Verdict::Installed));
        prop_assert_eq!(usize::try_from(count.undetermined).expect("few assets"), expected(Verdict::Undetermined));
        let late = truth.machines.keys().filter(|asset| truth.is_overdue(**asset, entry)).count();
        prop_assert_eq!(usize::try_from(count.overdue).expect("few assets"), late);
    }
    let late = truth.machines.keys().filter(|asset| truth.overdue_lines(**asset) > 0).count();
    let with = |overdue| {
        let filter = AssetFilter { overdue: Some(overdue), ..AssetFilter::default() };
        index.assets(&filter, AssetSort::Name, false, all).total
    };
    prop_assert_eq!((with(true), with(false)), (late, truth.machines.len() - late));
    prop_assert_eq!(usize::try_from(index.overview(0).overdue).expect("few assets"), late);
    Ok(())
}

/// A tag that some have, whether they are there or not.
fn ring() -> TagDefinition {
    tag(0, [0, 2, 3].map(asset_id).to_vec())
}

/// Empty, as of a time at which some findings are overdue; a few assets stand in several blocks.
fn new_index() -> Index {
    let now = Timestamp::from_second(AS_OF).expect("a time");
    let index = Index::with_sla(SlaDays::default(), now).in_blocks_of(2);
    index.put_tags([ring()]);
    index
}

fn check_vulnerabilities(index: &Index, truth: &Truth) -> Result<(), TestCaseError> {
    let all = Page { offset: 0, limit: usize::MAX };
    let filter = VulnerabilityFilter::default();
    let rows = index.vulnerabilities(&filter, VulnerabilitySort::Cve, false, all).rows;
    let named: BTreeSet<&String> = truth.patches.values().flat_map(|entry| entry.patch.cves.iter().flatten()).collect();
    prop_assert_eq!(rows.iter().map(|row| &row.cve).collect::<BTreeSet<_>>(), named);
    for row in rows {
        let fixes =
            || truth.patches.values().filter(|entry| entry.patch.cves.iter().flatten().any(|cve| *cve == row.cve));
        let lacks = |asset: &&AssetId| fixes().any(|entry| truth.status(**asset, entry) == Verdict::Missing);
        let exposed = truth.machines.keys().filter(lacks).count();
        prop_assert_eq!(row.exposed, exposed as u64, "{}", row.cve);
        prop_assert_eq!(row.patches, fixes().count());
        let filter = AssetFilter { cve: Some(row.cve.clone()), ..AssetFilter::default() };
        prop_assert_eq!(index.assets(&filter, AssetSort::Name, false, all).total, exposed);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_the_plain_evaluator(steps in proptest::collection::vec(step(), 1..25)) {
        let index = new_index();
        let mut truth = Truth { tags: vec![(ring(), "Prod")], ..Truth::default() };
        for (revision, step) in (1u64..).zip(steps) {
            match step {
                Step::Report { asset, machine, keeps_preview, meanwhile } => {
                    let asset = asset_id(asset);
                    let now = components(&machine);
                    let before = truth.machines.insert(asset, now.clone()).unwrap_or_default();
                    truth.intern(&now);
                    index.add_components(truth.interned.iter().map(|(component, id)| (*id, component)));
                    let ids = |set: BTreeSet<Component>| set.iter().map(|component| truth.interned[component]).collect::<Vec<_>>();
                    let added = ids(now.difference(&before).cloned().collect());
                    let removed = ids(before.difference(&now).cloned().collect());
                    let held = ids(before.clone());
                    let preview = index.preview(asset, |component| held.contains(&component), &added, &removed);
                    let previewed = preview.flips().to_vec();
                    let statuses: BTreeMap<_, _> = index.findings(asset).into_iter().map(|found| (found.entry.number, found.status)).collect();
                    for flip in &previewed {
                        let was = statuses.get(&flip.patch).copied().unwrap_or(Status::NotApplicable);
                        prop_assert_eq!(was, flip.from);
                    }
                    let is_overtaken = meanwhile.is_some();
                    if let Some(publication) = meanwhile {
                        index.put_patch(truth.publish(&publication));
                    }
                    let change = AssetChange { columns: columns(asset, revision), facts: Some(machine_facts(asset)), added, removed };
                    index.change_asset(change, keeps_preview.then_some(preview));
                    let after: BTreeMap<_, _> = index.findings(asset).into_iter().map(|found| (found.entry.number, found.status)).collect();
                    if !is_overtaken {
                        for flip in &previewed {
                            let is = after.get(&flip.patch).copied().unwrap_or(Status::NotApplicable);
                            prop_assert_eq!(is, flip.to);
                        }
                        let changed = statuses.iter().filter(|(patch, status)| after.get(patch) != Some(status)).count()
                            + after.keys().filter(|patch| !statuses.contains_key(patch)).count();
                        prop_assert_eq!(changed, previewed.len());
                    }
                }
                Step::Decide { patch, enabled, hidden } => {
                    if let Some(entry) = truth.decide(patch, enabled, hidden) {
                        index.put_patch(entry);
                    }
                }
                Step::Move { patch, source, version } => {
                    if let Some(entry) = truth.move_to(patch, source, version) {
                        index.put_patch(entry);
                    }
                }
                Step::Withdraw { patch, withdrawn } => {
                    if let Some(entry) = truth.withdraw(patch, withdrawn) {
                        index.put_patch(entry);
                    }
                }
                Step::Except { patch, from, expired } => {
                    truth.except(patch, from, expired);
                    index.set_exceptions(truth.exceptions.clone());
                }
                Step::ExceptByRule { rule, first } => {
                    truth.except_by_rule(rule, tag_id(0), first);
                    index.set_exceptions(truth.exceptions.clone());
                }
                Step::Publish(publication) => index.put_patch(truth.publish(&publication)),
                Step::Update(updates) => {
                    let entries: Vec<_> = updates.iter().map(|update| truth.update(update)).collect();
                    index.put_patches(entries);
                }
                Step::Advise { source, version, also, elsewhere } => {
                    index.put_patch(truth.advise(source, version, also, elsewhere));
                }
                Step::AdviseRpms { source, version, packages } => {
                    index.put_patch(truth.advise_rpms(source, version, &packages));
                }
            }
            // Facts are kept of what a patch names: put again when one more may do so, as the server does.
            index.put_facts(facts());
            index.settle_tags();
            index.settle_exceptions();
            check(&index, &truth)?;
        }
        check_vulnerabilities(&index, &truth)?;
        let loaded = new_index();
        loaded.add_components(truth.interned.iter().map(|(component, id)| (*id, component)));
        let assets: Vec<_> = truth.machines.iter().map(|(asset, machine)| LoadedAsset {
            columns: columns(*asset, 1),
            facts: machine_facts(*asset),
            components: machine.iter().map(|component| truth.interned[component]).collect(),
        }).collect();
        loaded.load(assets, truth.patches.values().cloned());
        loaded.put_facts(facts());
        loaded.set_exceptions(truth.exceptions.clone());
        loaded.settle_tags();
        check(&loaded, &truth)?;
        check_vulnerabilities(&loaded, &truth)?;
        if let Some(asset) = truth.machines.keys().next().copied() {
            loaded.remove_asset(asset);
            truth.machines.remove(&asset);
            prop_assert!(loaded.asset(asset).is_none());
            check(&loaded, &truth)?;
        }
    }
}
