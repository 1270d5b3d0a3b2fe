//! Detection rules (`catalogue.md` 6).
//!
//! A patch **applies** to an asset of its release that has one of its packages installed, and, where it was only seen in
//! a repository, has that repository configured. It is **installed** when every installed instance of each of those
//! packages is at or above the fixed version, or, for packages that are installed side by side, the newest of each
//! family is. Advisories speak of source packages, offers of machines of binary ones. A clause that nobody but some
//! machines vouch for speaks for those machines alone.
//!
//! A version from outside of the release is told by what is known of it elsewhere ([`Foreign`]), or cannot be told.
//!
//! A withdrawn patch applies nowhere: its rule asks for nothing.
//!
//! An update of Windows or of a program on it applies to every machine of its product, and is installed where the machine
//! lists its article or that of an update that replaces it, directly or through others.

use std::cmp::Ordering;
use std::sync::Arc;

use fettle_model::debian_source::is_side_by_side;
use fettle_model::package_kind::is_install_only;
pub use fettle_model::patch::is_same_architecture;
use fettle_model::patch::{Corroboration, MatchedBy, Patch};
use fettle_model::source_statement::SourceStatement;
use fettle_model::{Article, AssetId, PackageKind, Repository};

use crate::foreign::{self, Foreign, Mark};
use crate::windows_product;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Product key of the release: `debian:12`.
    pub product: String,
    /// Must be configured; `None`: wherever the packages came from. Shared, for many patches are of one.
    pub repository: Option<Arc<Repository>>,
    pub clauses: Vec<Clause>,
    /// Of an update those articles of which any means that it is installed, its own first: the others replace it
    /// ([`Supersedence::installed_by`]). Empty for patches of packages.
    ///
    /// [`Supersedence::installed_by`]: crate::supersedence::Supersedence::installed_by
    pub articles: Box<[Article]>,
}

/// One package of the patch: an installed instance that lacks the fix makes the patch missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub kind: PackageKind,
    pub by: MatchedBy,
    pub name: String,
    /// Of its kind; `all` and `noarch` speak of an instance of any, and so does every source package.
    pub architecture: String,
    /// Module stream of an rpm; empty: of none. A higher version of another stream is no fix, and lacks none either.
    pub stream: String,
    /// `None`: there is no fix, and every version of the release's own lacks it.
    pub fixed: Option<String>,
    pub reach: Reach,
    /// Of a source package of Debian: which versions are not of the release, and how those stand.
    pub foreign: Option<Foreign>,
}

/// How an installed version stands to the fix. Of several of a machine the last of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It has the fix.
    Fixed,
    /// It is foreign, and nothing says since when the fix is in it.
    Unknown,
    /// It lacks the fix.
    Below,
}

/// Whom a clause may judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    Everyone,
    /// Only the assets that reported it, sorted.
    Reporters(Vec<AssetId>),
}

impl Reach {
    pub fn includes(&self, asset: AssetId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Reporters(assets) => assets.binary_search(&asset).is_ok(),
        }
    }
}

/// Which assets reported one package of a patch, for those that nothing else vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reporters {
    entries: Vec<(PackageKey, AssetId)>,
}

/// Name, architecture and fixed version of a patch's package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageKey {
    pub name: String,
    pub architecture: String,
    pub fixed: String,
}

impl Reporters {
    pub fn add(&mut self, key: PackageKey, asset: AssetId) {
        self.entries.push((key, asset));
    }

    fn of(&self, name: &str, architecture: &str, fixed: &str) -> Vec<AssetId> {
        let mut assets: Vec<_> = self
            .entries
            .iter()
            .filter(|(key, _)| key.name == name && key.architecture == architecture && key.fixed == fixed)
            .map(|(_, asset)| *asset)
            .collect();
        assets.sort_unstable();
        assets.dedup();
        assets
    }
}

impl Rule {
    /// Of an update with its own article alone: what replaces it the others of its product say.
    pub fn of(patch: &Patch, reporters: &Reporters) -> Self {
        if patch.withdrawn {
            return Self::of_nothing(&patch.product);
        }
        let clauses = patch.judged_packages().map(|package| Clause {
            kind: patch.package_kind,
            by: package.by,
            name: package.name.clone(),
            architecture: package.architecture.clone(),
            stream: package.stream.clone(),
            fixed: Some(package.fixed_version.clone()),
            foreign: (package.by == MatchedBy::Source)
                .then(|| Foreign::of(&patch.product, package.foreign.clone()))
                .flatten(),
            reach: match package.corroboration {
                Corroboration::ThreeAssets | Corroboration::SignedIndex | Corroboration::Advisory => Reach::Everyone,
                Corroboration::Reported => {
                    Reach::Reporters(reporters.of(&package.name, &package.architecture, &package.fixed_version))
                }
            },
        });
        // An advisory holds wherever the packages came from.
        let of_advisory = patch.judged_packages().any(|package| package.corroboration == Corroboration::Advisory);
        let repository = if of_advisory { None } else { patch.repository.clone().map(Arc::new) };
        let articles = patch.update.iter().map(|update| update.article).collect();
        Self { product: patch.product.clone(), repository, clauses: clauses.collect(), articles }
    }

    /// Applies to no machine.
    fn of_nothing(product: &str) -> Self {
        Self { product: product.to_owned(), repository: None, clauses: Vec::new(), articles: Box::default() }
    }

    /// Where a statement's source package is installed; a machine below the fixed version misses it, and where there is no
    /// fix, each. `unstable`: what is said of the same flaw and package there.
    pub fn of_statement(statement: &SourceStatement, unstable: Option<&SourceStatement>) -> Self {
        let clause = Clause {
            kind: PackageKind::Deb,
            by: MatchedBy::Source,
            name: statement.source.clone(),
            architecture: "any".to_owned(),
            stream: String::new(),
            fixed: statement.fixed_version().map(str::to_owned),
            reach: Reach::Everyone,
            foreign: Foreign::of(&statement.product, Some(foreign::fix_of_statement(statement, unstable))),
        };
        Self { product: statement.product.clone(), repository: None, clauses: vec![clause], articles: Box::default() }
    }

    /// The rule in words, for the details page.
    pub fn text(&self) -> String {
        if let Some((own, newer)) = self.articles.split_first() {
            return text_of_update(&self.product, *own, newer);
        }
        if self.clauses.is_empty() {
            return "no machine: there is nothing that it could lack".to_owned();
        }
        let clause = |clause: &Clause| {
            let whom = match &clause.reach {
                Reach::Everyone => String::new(),
                Reach::Reporters(assets) => format!(" (on the {} that reported it)", count(assets.len(), "asset")),
            };
            let what = match (clause.kind, clause.by) {
                (PackageKind::Deb | PackageKind::WindowsUpdate, MatchedBy::Name) => clause.name.clone(),
                (PackageKind::Rpm, MatchedBy::Name) => {
                    clause.kind.with_architecture(&clause.name, &clause.architecture)
                }
                (_, MatchedBy::Source) => format!("packages of source {}", clause.name),
            };
            let stream = match clause.stream.as_str() {
                "" => String::new(),
                stream => format!(" of module {stream}"),
            };
            let newest = if clause.newest_counts() { ", the newest of each kind," } else { "" };
            let below = match &clause.fixed {
                Some(fixed) => format!("below {fixed}"),
                None => "in any version".to_owned(),
            };
            let of_others = match clause.foreign.as_ref().and_then(Foreign::fixed) {
                Some(fixed) => format!(" (of another suite: below {fixed})"),
                None => String::new(),
            };
            format!("{what}{stream}{newest} {below}{of_others}{whom}")
        };
        let clauses: Vec<_> = self.clauses.iter().map(clause).collect();
        let repository = match &self.repository {
            Some(repository) => format!(", with repository {repository} configured"),
            None => String::new(),
        };
        format!("{}{repository}, and installed: {}", self.product, clauses.join(", or "))
    }
}

fn text_of_update(product: &str, own: Article, newer: &[Article]) -> String {
    const SHOWN: usize = 5;
    let mut named: Vec<String> = newer.iter().rev().take(SHOWN).map(Article::to_string).collect();
    match newer.len().saturating_sub(SHOWN) {
        0 => {}
        more => named.push(format!("{} that replace it", count(more, "other"))),
    }
    match newer {
        [] => format!("{product}, and not installed: {own}"),
        _ => format!("{product}, and installed is neither {own} nor what replaces it: {}", named.join(", ")),
    }
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("one {noun}") } else { format!("{number} {noun}s") }
}

impl Clause {
    /// Does the clause speak of an installed instance of its package in this architecture and module stream?
    pub fn concerns(&self, architecture: &str, stream: &str) -> bool {
        self.by == MatchedBy::Source || self.stream == stream && is_same_architecture(&self.architecture, architecture)
    }

    /// The newest of each family of packages counts, and an older one left behind does not: kernels and their modules.
    pub fn newest_counts(&self) -> bool {
        match (self.kind, self.by) {
            (PackageKind::Deb, MatchedBy::Source) => is_side_by_side(&self.name),
            (PackageKind::Rpm, MatchedBy::Name) => is_install_only(&self.name),
            _ => false,
        }
    }

    /// Is it below the fixed version? In version order those come first. Where there is no fix, it is as far as the
    /// release's own versions reach.
    pub fn is_below(&self, version: &str) -> bool {
        let limit = match &self.fixed {
            Some(fixed) => return self.kind.compare(version, fixed).is_lt(),
            None => self.foreign.as_ref().and_then(Foreign::newest),
        };
        limit.is_none_or(|newest| self.kind.compare(version, newest).is_le())
    }

    pub fn compared(&self, version: &str) -> Compared<'_> {
        self.compared_with(version, || Mark::of(version))
    }

    /// `mark` is the version's.
    pub fn compared_with(&self, version: &str, mark: impl FnOnce() -> Mark) -> Compared<'_> {
        let fixed = self.fixed.as_deref();
        let of_release = |standing| Compared { standing, fixed, is_foreign: false };
        let standing = match fixed.map(|fixed| self.kind.compare(version, fixed)) {
            Some(Ordering::Less) => return of_release(Standing::Below),
            Some(Ordering::Equal) => return of_release(Standing::Fixed),
            Some(Ordering::Greater) => Standing::Fixed,
            None => Standing::Below,
        };
        match self.foreign.as_ref().filter(|foreign| foreign.includes(version, mark())) {
            Some(foreign) => Compared { standing: foreign.standing(version), fixed: foreign.fixed(), is_foreign: true },
            None => of_release(standing),
        }
    }
}

/// An installed version beside the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared<'a> {
    pub standing: Standing,
    /// In which version the fix came to what is installed: to one of another suite it came in unstable. `None` where it is
    /// not known, or did not come.
    pub fixed: Option<&'a str>,
    pub is_foreign: bool,
}

impl Compared<'_> {
    /// Would the fix come with this version?
    pub fn is_brought_by(&self, kind: PackageKind, candidate: &str) -> bool {
        let candidate = if self.is_foreign { foreign::rebuilt_from(candidate) } else { candidate };
        self.fixed.is_some_and(|fixed| kind.compare(candidate, fixed).is_ge())
    }
}

/// Product key of an operating system's release, by `ID` and `VERSION_ID` of its `os-release`. Minor releases of the
/// Enterprise Linux family share their updates: `almalinux` `9.3` is `almalinux:9`. Of Windows see [`windows_product`].
pub fn product_key(os_id: &str, release: &str) -> String {
    const BY_MAJOR: [&str; 5] = ["almalinux", "centos", "ol", "rhel", "rocky"];
    if os_id.eq_ignore_ascii_case("windows") {
        return windows_product::of_release(release);
    }
    let (id, release) = (os_id.to_lowercase(), release.to_lowercase());
    let shared = if BY_MAJOR.contains(&id.as_str()) { release.split('.').next() } else { None };
    format!("{id}:{}", shared.unwrap_or(&release))
}
