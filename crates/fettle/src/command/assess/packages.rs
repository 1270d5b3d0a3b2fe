//! A Linux machine by its list of packages, against vendors' advisories.

use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use fettle_catalog::debian::statements::ByCve;
use fettle_catalog::explain;
use fettle_catalog::foreign::Said;
use fettle_catalog::host::packages::{self, Assessment, Inventory, assess, gathered};
use fettle_catalog::host::{Unreadable, encoding};
use fettle_catalog::import::{detect, start_of};
use fettle_catalog::judge::UndeterminedReason;
use fettle_fleet::catalogue::import::{Records, read_records};
use fettle_model::patch::Patch;
use serde_json::{Value, json};

use super::windows::unreadable;
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json_text, print_table, table};
use crate::text::{some_of, thousands};

/// The file that a machine handed over.
#[derive(Debug, Clone, Copy)]
pub(super) enum List<'a> {
    Rpm(&'a Path),
    Dpkg(&'a Path),
}

pub(super) fn run(list: List<'_>, release: &str, advisories: &[PathBuf], format: Format) -> Result<Finding, Failure> {
    let Some(os) = release.split_once(':').filter(|(id, number)| !id.is_empty() && !number.is_empty()) else {
        return Err(Failure::Argument(format!("{release:?} is no release such as `almalinux:9.3` or `debian:12`")));
    };
    let (file, inventory) = match list {
        List::Rpm(file) => {
            (file, text(file).and_then(|text| Inventory::of_rpm(&text).map_err(|e| unreadable(file, e)))?)
        }
        List::Dpkg(file) => (file, Inventory::of_dpkg(open(file)?).map_err(|error| unreadable(file, error))?),
    };
    let (mut patches, mut said) = (Vec::new(), Vec::new());
    for file in advisories {
        match read_vendors(file)? {
            Word::Advisories(more) => patches.extend(more),
            Word::Statements(more) => said.extend(more),
        }
    }
    let (mut patches, said) = (gathered(patches), Said::from_iter(said));
    for patch in &mut patches {
        said.put_on(patch);
    }
    let assessment = assess(&patches, os, &inventory).map_err(|error| unreadable(file, error))?;
    if format.json {
        print_json_text(&to_json(&assessment, &inventory).to_string());
    } else {
        show(&assessment, &inventory);
    }
    // What cannot be told is never nothing.
    match (assessment.missing().next(), assessment.undetermined.len(), assessment.foreign().count()) {
        (None, unknown @ 1.., _) => Err(unreadable(file, Unreadable::Modules(unknown))),
        (None, _, unknown @ 1..) => Err(unreadable(file, Unreadable::Foreign(unknown))),
        (missing, ..) => Ok(missing.is_some().into()),
    }
}

fn open(file: &Path) -> Result<fs_err::File, Failure> {
    let cannot = |source| Failure::File { operation: format!("{} cannot be read", file.display()), source };
    fs_err::File::open(file).map_err(cannot)
}

fn text(file: &Path) -> Result<String, Failure> {
    let cannot = |source| Failure::File { operation: format!("{} cannot be read", file.display()), source };
    let mut bytes = Vec::new();
    open(file)?.take(encoding::MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(cannot)?;
    encoding::decode(&bytes).map_err(|error| unreadable(file, error))
}

/// What vendors say in a file.
enum Word {
    Advisories(Vec<Patch>),
    /// Of Debian's tracker, by vulnerability: what versions from outside of a release are compared with.
    Statements(ByCve),
}

fn read_vendors(file: &Path) -> Result<Word, Failure> {
    let cannot = |source| Failure::File { operation: format!("{} cannot be read", file.display()), source };
    let mut input = open(file)?;
    let format = detect(&start_of(&mut input).map_err(cannot)?);
    let read = format.map(|format| read_records(format, BufReader::new(input)));
    match read.transpose().map_err(|source| Failure::Catalogue { file: file.to_owned(), source })? {
        Some((_, Some(Records::Advisories(patches)))) => Ok(Word::Advisories(patches)),
        Some((_, Some(Records::Tracker(by_cve, _)))) => Ok(Word::Statements(by_cve)),
        _ => Err(Failure::Argument(format!("{} holds no advisories", file.display()))),
    }
}

fn to_json(assessment: &Assessment<'_>, inventory: &Inventory) -> Value {
    let names = |patches: &[&Patch]| patches.iter().map(|patch| name(patch).to_owned()).collect::<Vec<_>>();
    let finding = |finding: &packages::Finding<'_>| {
        let evidence = finding.judgement.evidence.iter().map(|fact| {
            json!({"check": fact.check, "component": fact.subject, "found": fact.found, "op": fact.op,
                   "expected": fact.expected, "holds": fact.holds})
        });
        json!({
            "patch": name(finding.patch),
            "title": finding.patch.title,
            "kind": finding.patch.kind,
            "vendorSeverity": finding.patch.severity.name(),
            "cves": finding.patch.cves,
            "patchStatus": finding.judgement.verdict.name(),
            "findingReason": finding.judgement.undetermined.map(UndeterminedReason::name),
            "isLatest": finding.replaced_by.is_empty(),
            "supersededBy": names(&finding.replaced_by),
            "rule": finding.rule.text(),
            "evidence": evidence.collect::<Vec<_>>(),
        })
    };
    json!({
        "product": assessment.product,
        "packages": assessment.packages,
        "epochsCompared": inventory.has_epochs,
        "missing": assessment.missing().count(),
        "undetermined": names(&assessment.undetermined),
        "packagesOfModules": inventory.of_modules,
        "findings": assessment.findings.iter().map(finding).collect::<Vec<_>>(),
    })
}

fn name(patch: &Patch) -> &str {
    patch.advisory().unwrap_or(&patch.title)
}

fn show(assessment: &Assessment<'_>, inventory: &Inventory) {
    let missing: Vec<_> = assessment.missing().collect();
    let mut cves: Vec<&String> = missing.iter().flat_map(|finding| finding.patch.cves.iter().flatten()).collect();
    cves.sort_unstable();
    cves.dedup();
    let modules: Vec<String> = inventory.of_modules.iter().cloned().collect();
    let mut untold = Vec::new();
    if !assessment.undetermined.is_empty() {
        let advisories = assessment.undetermined.len();
        untold.push(format!("{advisories}, for the stream of modules is not told: {}", some_of(&modules, 5)));
    }
    let foreign: Vec<_> = assessment.foreign().collect();
    if !foreign.is_empty() {
        untold.push(format!("{}, for what is installed is from outside of {}", foreign.len(), assessment.product));
    }
    let epochs = if inventory.has_epochs { "" } else { "not in the list, and not compared" };
    print_facts(&[
        ("Product", assessment.product.clone()),
        ("Packages", thousands(assessment.packages as u64)),
        ("Epochs", epochs.to_owned()),
        ("Missing", format!("{}, with {} CVEs", missing.len(), thousands(cves.len() as u64))),
        ("Cannot tell", untold.join("; ")),
    ]);
    if missing.is_empty() && foreign.is_empty() {
        return;
    }
    print("");
    let mut rows = table(["PATCH", "STATUS", "SEVERITY", "CVES", "WHY"]);
    for finding in missing.into_iter().chain(foreign) {
        rows.add_row([
            name(finding.patch).to_owned(),
            finding.judgement.verdict.name().to_owned(),
            finding.patch.severity.name().to_owned(),
            some_of(finding.patch.cves.as_deref().unwrap_or_default(), 2),
            explain::why_not_installed(&finding.judgement),
        ]);
    }
    print_table(&rows);
}
