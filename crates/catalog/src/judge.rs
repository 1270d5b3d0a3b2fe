//! One patch on one asset: the verdict and what it rests on (`catalogue.md` 6.2, 7.2).
//!
//! This is the plain evaluator: it looks at one asset's components. The index answers the same question for all assets
//! at once, and a property test holds the two together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use fettle_model::component::{Component, Offer, Running};
use fettle_model::debian_source::{family, unsigned};
use fettle_model::patch::MatchedBy;
use fettle_model::{Article, AssetId, Obstacle, PackageKind};

use crate::foreign::rebuilt_from;
use crate::rule::{Clause, Compared, Rule, Standing, is_same_architecture, product_key};
use crate::windows_product;

/// The gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    Missing,
    /// [`Judgement::undetermined`] says why.
    Undetermined,
    Installed,
    NotApplicable,
}

/// Why it cannot be told whether a patch is missing (`catalogue.md` 7.1, `findingReason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UndeterminedReason {
    /// The facts that the rule needs were not collected.
    FactNotCollected,
    /// What is installed is from outside of the release, and nothing says since when the fix is in it.
    ForeignVersion,
}

impl UndeterminedReason {
    pub const fn name(self) -> &'static str {
        match self {
            Self::FactNotCollected => "FactNotCollected",
            Self::ForeignVersion => "ForeignVersion",
        }
    }
}

impl Verdict {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Missing => "Missing",
            Self::Installed => "Installed",
            Self::NotApplicable => "NotApplicable",
            Self::Undetermined => "Undetermined",
        }
    }
}

/// One comparison that was made. At most [`MAX_EVIDENCE`] are kept, deciding ones first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// `os`, `product` (a program), `repository`, `package`, `kb`; `leftBehind`: an older instance beside a newer one, which decides nothing;
    /// `running`: what runs the old code still.
    pub check: &'static str,
    pub subject: String,
    pub found: String,
    pub op: &'static str,
    pub expected: String,
    pub holds: bool,
}

pub const MAX_EVIDENCE: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// For Undetermined.
    pub undetermined: Option<UndeterminedReason>,
    /// For Missing: why the machine's package manager would not install it now.
    pub obstacle: Option<Obstacle>,
    /// For Installed: why the old code runs on until a restart.
    pub restart_needed: Option<RestartNeeded>,
    pub evidence: Vec<Evidence>,
    pub packages: Vec<PackageHere>,
    /// For Installed, of an update: its own article, or that of the update that replaces it.
    pub installed_by: Option<Article>,
}

/// What still runs the code from before the patch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RestartNeeded {
    /// The booted kernel's package is below the fixed version, though a newer one is installed.
    Kernel { running: String },
    /// Processes use files of the package that were replaced.
    Processes { package: String },
}

/// An installed instance of one of the patch's packages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageHere {
    pub kind: PackageKind,
    pub name: String,
    pub architecture: String,
    pub installed: String,
    /// The fixed version of this package; where the rule compares by source, of its source package. Of what is from outside
    /// of the release that of unstable; `None`: it is not known.
    pub fixed: Option<String>,
    pub standing: Standing,
    /// It is from outside of the release.
    pub is_foreign: bool,
    /// What was compared where that is not the package's own version.
    pub source: Option<SourceHere>,
}

impl PackageHere {
    pub fn is_below(&self) -> bool {
        self.standing == Standing::Below
    }
}

/// The source package of an installed one, as advisories name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceHere {
    pub name: String,
    pub version: String,
}

/// What an asset has, sorted for judging. Built once per asset, used for all its patches.
#[derive(Debug, Clone, Default)]
pub struct AssetView<'a> {
    product: Option<String>,
    /// Product keys of programs.
    programs: BTreeSet<String>,
    articles: BTreeSet<Article>,
    repositories: Vec<&'a Component>,
    packages: BTreeMap<(PackageKind, &'a str), Vec<Instance<'a>>>,
    /// Of Debian packages; rpms are judged by their own names.
    sources: BTreeMap<Cow<'a, str>, Vec<Instance<'a>>>,
    offers: Vec<&'a Offer>,
    running_kernel: Option<&'a str>,
    replaced_in_use: BTreeSet<&'a str>,
}

/// One installed package.
#[derive(Debug, Clone)]
struct Instance<'a> {
    name: &'a str,
    version: &'a str,
    architecture: &'a str,
    stream: &'a str,
    /// By its unsigned source; of an rpm its own.
    source_version: Cow<'a, str>,
}

impl<'a> AssetView<'a> {
    pub fn new(components: impl IntoIterator<Item = &'a Component>) -> Self {
        let mut view = Self::default();
        for component in components {
            match component {
                Component::Os { id, release } => view.product = Some(product_key(id, release)),
                Component::Repo { enabled: true, .. } => view.repositories.push(component),
                Component::Deb { name, version, arch, source, source_version } => {
                    let (source, source_version) = unsigned(source, source_version);
                    let instance = Instance { name, version, architecture: arch, stream: "", source_version };
                    view.packages.entry((PackageKind::Deb, name)).or_default().push(instance.clone());
                    view.sources.entry(source).or_default().push(instance);
                }
                Component::Rpm { name, version, arch, stream, .. } => {
                    let instance =
                        Instance { name, version, architecture: arch, stream, source_version: version.into() };
                    view.packages.entry((PackageKind::Rpm, name)).or_default().push(instance);
                }
                Component::Msi { name, .. } => {
                    view.programs.insert(windows_product::of_program(name));
                }
                Component::Kb { article } => {
                    view.articles.insert(*article);
                }
                Component::Offer(offer) => view.offers.push(offer),
                Component::Running(Running::Kernel { version }) => view.running_kernel = Some(version),
                Component::Running(Running::DeletedFile { package }) => {
                    view.replaced_in_use.insert(package);
                }
                _ => {}
            }
        }
        view
    }

    pub fn product(&self) -> Option<&str> {
        self.product.as_deref()
    }

    pub fn offers(&self) -> &[&'a Offer] {
        &self.offers
    }
}

/// Judges `rule` on one asset.
pub fn judge(rule: &Rule, asset: AssetId, view: &AssetView<'_>) -> Judgement {
    if !rule.articles.is_empty() {
        return judge_update(rule, view);
    }
    let mut evidence = Vec::new();
    let Some(product) = &view.product else {
        evidence.push(fact("os", "release of the operating system", "not collected", "=", &rule.product, false));
        return not_collected(evidence);
    };
    let same_product = *product == rule.product;
    evidence.push(fact("os", "release of the operating system", product, "=", &rule.product, same_product));
    let has_repository = rule.repository.as_deref().is_none_or(|wanted| {
        let is_it = |here: &&Component| matches!(here, Component::Repo { repository, .. } if repository == wanted);
        let has = view.repositories.iter().any(is_it);
        let found = if has { "configured" } else { "absent" };
        evidence.push(fact("repository", &wanted.to_string(), found, "=", "configured", has));
        has
    });

    let (packages, left_behind) = packages_here(rule, asset, view);
    evidence.extend(packages.iter().map(|package| comparison("package", package)));
    evidence.extend(left_behind.iter().map(|package| Evidence { holds: true, ..comparison("leftBehind", package) }));
    if packages.is_empty() {
        evidence.push(fact("package", "packages of the patch", "none that it may judge here", "=", "installed", false));
    }
    let standing = packages.iter().map(|package| package.standing).max();
    let verdict = match standing {
        Some(standing) if same_product && has_repository => match standing {
            Standing::Below => Verdict::Missing,
            Standing::Unknown => Verdict::Undetermined,
            Standing::Fixed => Verdict::Installed,
        },
        _ => Verdict::NotApplicable,
    };
    let restart_needed =
        (verdict == Verdict::Installed).then(|| restart_needed(&packages, &left_behind, view)).flatten();
    evidence.extend(restart_needed.iter().map(running));
    evidence.sort_by_key(|fact| fact.holds);
    evidence.truncate(MAX_EVIDENCE);
    let obstacle = (verdict == Verdict::Missing).then(|| obstacle(&packages, view)).flatten();
    let undetermined = (verdict == Verdict::Undetermined).then_some(UndeterminedReason::ForeignVersion);
    Judgement { undetermined, obstacle, restart_needed, packages, ..plain(verdict, evidence) }
}

const fn plain(verdict: Verdict, evidence: Vec<Evidence>) -> Judgement {
    Judgement {
        verdict,
        undetermined: None,
        obstacle: None,
        restart_needed: None,
        evidence,
        packages: Vec::new(),
        installed_by: None,
    }
}

fn not_collected(evidence: Vec<Evidence>) -> Judgement {
    Judgement { undetermined: Some(UndeterminedReason::FactNotCollected), ..plain(Verdict::Undetermined, evidence) }
}

/// An update of a release or a program.
fn judge_update(rule: &Rule, view: &AssetView<'_>) -> Judgement {
    let release = |found: &str, holds| fact("os", "release of the operating system", found, "=", &rule.product, holds);
    let of_product = match (rule.product.strip_prefix("program:"), &view.product) {
        (Some(program), _) => {
            let is_here = view.programs.contains(&rule.product);
            fact("product", program, if is_here { "installed" } else { "absent" }, "=", "installed", is_here)
        }
        (None, Some(product)) => release(product, *product == rule.product),
        (None, None) => return not_collected(vec![release("not collected", false)]),
    };
    if !of_product.holds {
        return plain(Verdict::NotApplicable, vec![of_product]);
    }
    let installed_by = rule.articles.iter().copied().find(|article| view.articles.contains(article));
    let verdict = if installed_by.is_some() { Verdict::Installed } else { Verdict::Missing };
    let mut evidence = vec![article_fact(rule.articles[0], installed_by), of_product];
    if installed_by.is_none() {
        let newer = rule.articles[1..].iter().rev().take(MAX_EVIDENCE - evidence.len());
        evidence.splice(1..1, newer.map(|newer| fact("kb", &newer.to_string(), "absent", "=", "installed", false)));
    }
    Judgement { installed_by, ..plain(verdict, evidence) }
}

/// An update is there by its own article, or by that of one that replaces it.
pub(crate) fn article_fact(article: Article, installed_by: Option<Article>) -> Evidence {
    let found = match installed_by {
        None => "absent".to_owned(),
        Some(by) if by == article => "installed".to_owned(),
        Some(newer) => format!("replaced by {newer}, which is installed"),
    };
    fact("kb", &article.to_string(), &found, "=", "installed", installed_by.is_some())
}

pub(crate) fn fact(
    check: &'static str,
    subject: &str,
    found: &str,
    op: &'static str,
    expected: &str,
    holds: bool,
) -> Evidence {
    Evidence { check, subject: subject.to_owned(), found: found.to_owned(), op, expected: expected.to_owned(), holds }
}

fn comparison(check: &'static str, package: &PackageHere) -> Evidence {
    let installed = package.kind.with_architecture(&package.name, &package.architecture);
    let kind = package.kind.name();
    let (subject, found) = match &package.source {
        None => (format!("{kind} {installed}"), &package.installed),
        Some(source) => (format!("{kind} {installed}, source {}", source.name), &source.version),
    };
    let rebuilt_from = rebuilt_from(found);
    let found = if package.is_foreign && rebuilt_from != found {
        Cow::Owned(format!("{found}, rebuilt from {rebuilt_from}"))
    } else {
        Cow::Borrowed(found.as_str())
    };
    let expected = package.fixed.as_deref().unwrap_or("not known for versions from outside of the release");
    fact(check, &subject, &found, "≥", expected, package.standing == Standing::Fixed)
}

/// The instances that count, and older ones of packages that are installed side by side.
fn packages_here(rule: &Rule, asset: AssetId, view: &AssetView<'_>) -> (Vec<PackageHere>, Vec<PackageHere>) {
    let (mut here, mut left_behind) = (Vec::new(), Vec::new());
    for clause in rule.clauses.iter().filter(|clause| clause.reach.includes(asset)) {
        let installed = match clause.by {
            MatchedBy::Name => view.packages.get(&(clause.kind, clause.name.as_str())),
            MatchedBy::Source => view.sources.get(clause.name.as_str()),
        };
        let concerned = |instance: &&Instance<'_>| clause.concerns(instance.architecture, instance.stream);
        let installed: Vec<_> = installed.into_iter().flatten().filter(concerned).collect();
        for instance in &installed {
            let counts = !clause.newest_counts() || is_newest(clause.kind, instance, &installed);
            let of = if counts { &mut here } else { &mut left_behind };
            of.push(package_here(clause, instance));
        }
    }
    for packages in [&mut here, &mut left_behind] {
        packages.sort();
        packages.dedup();
    }
    (here, left_behind)
}

/// No package of the same family and architecture is newer.
fn is_newest(kind: PackageKind, instance: &Instance<'_>, all: &[&Instance<'_>]) -> bool {
    let of = family(instance.name);
    let mut rivals = all.iter().filter(|other| other.architecture == instance.architecture && family(other.name) == of);
    rivals.all(|other| kind.compare(&other.source_version, &instance.source_version).is_le())
}

fn package_here(clause: &Clause, instance: &Instance<'_>) -> PackageHere {
    let compared = match clause.by {
        MatchedBy::Name => instance.version,
        MatchedBy::Source => &instance.source_version,
    };
    let beside = clause.compared(compared);
    PackageHere {
        kind: clause.kind,
        name: instance.name.to_owned(),
        architecture: instance.architecture.to_owned(),
        installed: instance.version.to_owned(),
        fixed: beside.fixed.map(str::to_owned),
        standing: beside.standing,
        is_foreign: beside.is_foreign,
        source: (clause.by == MatchedBy::Source)
            .then(|| SourceHere { name: clause.name.clone(), version: compared.to_owned() }),
    }
}

/// The patch is there, but does what it is there for only after a restart. The machine's word is of the package
/// (`linux-image-6.1.0-13-amd64` is the booted `6.1.0-13-amd64`, `kernel-core` `0:5.14.0-70.el9` the booted
/// `5.14.0-70.el9.x86_64`), or of its replaced files.
fn restart_needed(
    packages: &[PackageHere],
    left_behind: &[PackageHere],
    view: &AssetView<'_>,
) -> Option<RestartNeeded> {
    if let Some(release) = view.running_kernel
        && left_behind.iter().any(|old| old.is_below() && is_booted(old, release))
    {
        return Some(RestartNeeded::Kernel { running: release.to_owned() });
    }
    let in_use = packages.iter().find(|package| view.replaced_in_use.contains(package.name.as_str()));
    in_use.map(|package| RestartNeeded::Processes { package: package.name.clone() })
}

/// Is it the package of the kernel that calls itself `release`?
fn is_booted(package: &PackageHere, release: &str) -> bool {
    match package.kind {
        PackageKind::Deb => package.name.strip_prefix("linux-image-") == Some(release),
        PackageKind::WindowsUpdate => false,
        PackageKind::Rpm => {
            let version = package.installed.split_once(':').map_or(package.installed.as_str(), |(_, version)| version);
            let rest = release.strip_prefix(version).and_then(|rest| rest.strip_prefix('.'));
            rest == Some(package.architecture.as_str())
        }
    }
}

fn running(restart: &RestartNeeded) -> Evidence {
    match restart {
        RestartNeeded::Kernel { running } => fact("running", "kernel", running, "=", "a fixed one", false),
        RestartNeeded::Processes { package } => {
            fact("running", &format!("processes of {package}"), "replaced files", "=", "the installed ones", false)
        }
    }
}

/// Its version is not its source's (`dmsetup` of `lvm2`), so that an offer, which is above what is installed, cannot be
/// compared with the fixed version of the source.
fn has_own_numbers(package: &PackageHere) -> bool {
    package.source.as_ref().is_some_and(|source| source.version != package.installed)
}

/// An offer at or above the fixed version gives its obstacle, or none; no such offer: `NoCandidate`
/// (`catalogue.md` 7.3). Of several packages the first obstacle in the enum's order counts.
fn obstacle(packages: &[PackageHere], view: &AssetView<'_>) -> Option<Obstacle> {
    let of_package = |package: &PackageHere| {
        let offer = view.offers.iter().find(|offer| {
            offer.manager == package.kind.name()
                && offer.name == package.name
                && is_same_architecture(&offer.arch, &package.architecture)
                && (has_own_numbers(package) || brings(package, offer))
        });
        offer.map_or(Some(Obstacle::NoCandidate), |offer| offer.obstacle)
    };
    packages.iter().filter(|package| package.is_below()).filter_map(of_package).min()
}

/// Is the fix in what is offered?
fn brings(package: &PackageHere, offer: &Offer) -> bool {
    let PackageHere { standing, is_foreign, .. } = *package;
    Compared { standing, fixed: package.fixed.as_deref(), is_foreign }.is_brought_by(package.kind, &offer.candidate)
}
