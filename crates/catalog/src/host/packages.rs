//! A Linux machine without an agent: its list of packages against vendors' advisories (`catalogue.md` 5.11).
//!
//! `rpm -qa` prints neither epochs nor module streams. Epochs change once in many years, so that without them versions
//! are compared without; a package of a module is not judged at all, and said to be so: a version of another stream must
//! not be taken for a fix, nor for its lack.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::io::Read;

use fettle_model::component::Component;
use fettle_model::patch::Patch;
use fettle_model::{AssetId, PackageKind, PatchId};

use super::Unreadable;
use crate::apt::control::Paragraphs;
use crate::apt::packages::source;
use crate::chain::replaces;
use crate::judge::{AssetView, Judgement, Verdict, judge};
use crate::rpm::patches::joined;
use crate::rule::{Reporters, Rule, product_key};

/// Largest list, in bytes: dpkg's `status` of a machine with everything has some ten million.
pub const MAX_BYTES: u64 = 64 << 20;

/// What a machine handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    pub packages: Vec<Component>,
    pub kind: PackageKind,
    /// False: no version in the list has an epoch, so that none is compared.
    pub has_epochs: bool,
    /// Names of installed packages of modules, whose stream the list does not tell.
    pub of_modules: BTreeSet<String>,
}

impl Inventory {
    /// The output of `rpm -qa`, or of `rpm -qa --nevra`, which has epochs: `name-[epoch:]version-release.arch`, one a line.
    pub fn of_rpm(text: &str) -> Result<Self, Unreadable> {
        let mut inventory =
            Self { packages: Vec::new(), kind: PackageKind::Rpm, has_epochs: false, of_modules: BTreeSet::new() };
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            // Keys stand in rpm's database as packages without an architecture.
            if line.is_empty() || line.starts_with("gpg-pubkey-") {
                continue;
            }
            let (name, version, arch) = name_version_architecture(line).ok_or(Unreadable::Package(number))?;
            if version.contains(".module") {
                inventory.of_modules.insert(name.to_owned());
                continue;
            }
            inventory.has_epochs |= version.contains(':');
            inventory.packages.push(Component::Rpm {
                name: name.to_owned(),
                version: version.to_owned(),
                arch: arch.to_owned(),
                vendor: String::new(),
                stream: String::new(),
                source: String::new(),
            });
        }
        inventory.checked()
    }

    /// dpkg's `status`; what is installed, half-configured or waits for triggers counts.
    pub fn of_dpkg(status: impl Read) -> Result<Self, Unreadable> {
        const PRESENT: [&str; 4] = ["installed", "half-configured", "triggers-awaited", "triggers-pending"];
        let input = std::io::BufReader::new(crate::reading::Bounded::new(status, MAX_BYTES, "unpacked"));
        let mut packages = Vec::new();
        for paragraph in Paragraphs::new(input) {
            let paragraph = paragraph.map_err(|error| Unreadable::Status(error.to_string()))?;
            let text = |name: &str| paragraph.field(name).map(str::to_owned);
            let state = text("Status").unwrap_or_default();
            if !PRESENT.iter().any(|present| state.ends_with(&format!(" {present}"))) {
                continue;
            }
            let (Some(name), Some(version), Some(arch)) = (text("Package"), text("Version"), text("Architecture"))
            else {
                return Err(Unreadable::Status(
                    "an installed package without name, version or architecture".to_owned(),
                ));
            };
            let (source, source_version) = source(paragraph.field("Source"), &name, &version);
            packages.push(Component::Deb { name, version, arch, source, source_version });
        }
        Self { packages, kind: PackageKind::Deb, has_epochs: true, of_modules: BTreeSet::new() }.checked()
    }

    fn checked(self) -> Result<Self, Unreadable> {
        if self.packages.is_empty() { Err(Unreadable::NoPackage) } else { Ok(self) }
    }
}

/// The version and the release have no hyphen, the name may have some.
fn name_version_architecture(line: &str) -> Option<(&str, &str, &str)> {
    let (rest, arch) = line.rsplit_once('.')?;
    let release = rest.rfind('-')?;
    let version = rest[..release].rfind('-')?;
    let parts = (&rest[..version], &rest[version + 1..], arch);
    let is_word = |word: &str| !word.is_empty() && !word.contains(char::is_whitespace);
    (is_word(parts.0) && is_word(parts.1) && is_word(parts.2)).then_some(parts)
}

/// An advisory that speaks of something installed here.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    pub patch: &'a Patch,
    pub rule: Rule,
    pub judgement: Judgement,
    /// Those of the advisories that apply here and replace it; empty: it is the latest.
    pub replaced_by: Vec<&'a Patch>,
}

#[derive(Debug, Clone)]
pub struct Assessment<'a> {
    pub product: String,
    pub packages: usize,
    /// By the advisories' order.
    pub findings: Vec<Finding<'a>>,
    /// Advisories for this release that name a package of which the list does not tell enough.
    pub undetermined: Vec<&'a Patch>,
}

impl<'a> Assessment<'a> {
    /// What is to be installed: missing, and the latest.
    pub fn missing(&self) -> impl Iterator<Item = &Finding<'a>> {
        self.latest(Verdict::Missing)
    }

    /// What cannot be told, for what is installed is from outside of the release, and is the latest.
    pub fn foreign(&self) -> impl Iterator<Item = &Finding<'a>> {
        self.latest(Verdict::Undetermined)
    }

    fn latest(&self, verdict: Verdict) -> impl Iterator<Item = &Finding<'a>> {
        self.findings
            .iter()
            .filter(move |finding| finding.judgement.verdict == verdict && finding.replaced_by.is_empty())
    }
}

/// Each advisory once, in the order of their first words: several files may speak of one, each of its own packages.
pub fn gathered(patches: impl IntoIterator<Item = Patch>) -> Vec<Patch> {
    let mut gathered: Vec<Patch> = Vec::new();
    let mut places: HashMap<PatchId, usize> = HashMap::new();
    for patch in patches {
        match places.entry(patch.id) {
            Entry::Vacant(vacant) => {
                vacant.insert(gathered.len());
                gathered.push(patch);
            }
            Entry::Occupied(known) if patch.package_kind == PackageKind::Rpm => {
                let known = &mut gathered[*known.get()];
                *known = joined(known, patch);
            }
            Entry::Occupied(known) => gathered[*known.get()] = patch,
        }
    }
    gathered
}

/// Judges all advisories for the release: `os` is `ID` and `VERSION_ID` of its `os-release`.
pub fn assess<'a>(patches: &'a [Patch], os: (&str, &str), inventory: &Inventory) -> Result<Assessment<'a>, Unreadable> {
    let product = product_key(os.0, os.1);
    let of_release: Vec<&Patch> =
        patches.iter().filter(|patch| patch.product == product && patch.package_kind == inventory.kind).collect();
    if of_release.is_empty() {
        return Err(Unreadable::NoAdvisory(product));
    }
    let release = Component::Os { id: os.0.to_owned(), release: os.1.to_owned() };
    let view = AssetView::new(std::iter::once(&release).chain(&inventory.packages));
    let nobody = AssetId(uuid::Uuid::nil());
    let judged = |patch: &&'a Patch| {
        let rule = rule(patch, inventory);
        let judgement = judge(&rule, nobody, &view);
        (judgement.verdict != Verdict::NotApplicable).then_some(Finding {
            patch,
            rule,
            judgement,
            replaced_by: Vec::new(),
        })
    };
    let mut findings: Vec<Finding<'a>> = of_release.iter().filter_map(judged).collect();
    let applying: Vec<&Patch> = findings.iter().map(|finding| finding.patch).collect();
    for finding in &mut findings {
        let older = finding.patch;
        finding.replaced_by = applying.iter().filter(|newer| replaces(newer, older)).copied().collect();
    }
    let is_missing = |patch: &Patch| {
        findings.iter().any(|found| found.patch.id == patch.id && found.judgement.verdict == Verdict::Missing)
    };
    let names_module =
        |patch: &Patch| patch.packages.iter().any(|package| inventory.of_modules.contains(&package.name));
    let undetermined = of_release.into_iter().filter(|patch| names_module(patch) && !is_missing(patch)).collect();
    Ok(Assessment { product, packages: inventory.packages.len(), findings, undetermined })
}

fn rule(patch: &Patch, inventory: &Inventory) -> Rule {
    let mut rule = Rule::of(patch, &Reporters::default());
    if !inventory.has_epochs {
        for clause in &mut rule.clauses {
            if let Some((_, version)) = clause.fixed.as_deref().and_then(|fixed| fixed.split_once(':')) {
                clause.fixed = Some(version.to_owned());
            }
        }
    }
    rule
}
