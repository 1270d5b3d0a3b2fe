//! The distinct components, and the lines of package versions: every version of a package that the fleet has stands in
//! one line in version order, so that "below the fixed version" is a prefix.

use fettle_catalog::foreign::Mark;
use fettle_catalog::rule::{Clause, Standing, product_key};
use fettle_catalog::windows_product;
use fettle_model::component::{Component, Offer};
use fettle_model::debian_source::{family, unsigned};
use fettle_model::patch::MatchedBy;
use fettle_model::{Article, PackageKind, Repository};
use rustc_hash::FxHashMap;

use crate::source_package::source_package;
use crate::text_index::TextIndex;

/// The number under which the database interned a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub u32);

#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    known: FxHashMap<ComponentId, Component>,
    /// In the order in which they came.
    arrived: Vec<ComponentId>,
    /// By number: looked up for each component of each asset at start, where `known` is too large for a processor's cache.
    counted: Vec<Counted>,
    lines: FxHashMap<(PackageKind, MatchedBy), FxHashMap<String, Vec<Version>>>,
    products: FxHashMap<String, Vec<ComponentId>>,
    repositories: FxHashMap<Repository, Vec<ComponentId>>,
    /// By the package's name.
    offers: FxHashMap<String, Vec<ComponentId>>,
    articles: FxHashMap<Article, ComponentId>,
    /// By name, and by the source package's.
    names: TextIndex,
    sources: TextIndex,
}

/// One place in a line: a version of the package, or, in a source's line, of its source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "a version, its architecture and its component: the field's own word")]
pub(crate) struct Version {
    pub(crate) version: Box<str>,
    pub(crate) architecture: Box<str>,
    /// Module stream of an rpm.
    pub(crate) stream: Box<str>,
    pub(crate) component: ComponentId,
    /// Of a source package of Debian what its version tells of its suite.
    pub(crate) mark: Mark,
}

impl Version {
    pub(crate) fn standing(&self, clause: &Clause) -> Standing {
        clause.compared_with(&self.version, || self.mark).standing
    }
}

/// Which of an asset's figures ([`crate::Counts`]) a component raises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    Nothing,
    Package,
    Offer,
}

impl Counted {
    fn of(component: &Component) -> Self {
        match component {
            Component::Deb { .. } | Component::Rpm { .. } | Component::Msi { .. } => Self::Package,
            Component::Offer(_) => Self::Offer,
            _ => Self::Nothing,
        }
    }
}

/// What a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LineKey<'a> {
    kind: PackageKind,
    by: MatchedBy,
    name: &'a str,
}

impl<'a> LineKey<'a> {
    pub(crate) fn of(clause: &'a Clause) -> Self {
        Self { kind: clause.kind, by: clause.by, name: &clause.name }
    }
}

impl Dictionary {
    /// Adds a component; one that is known already stays.
    pub(crate) fn add(&mut self, id: ComponentId, component: &Component) {
        if self.known.contains_key(&id) {
            return;
        }
        match component {
            Component::Deb { name, version, arch, source, source_version } => {
                let (source, source_version) = unsigned(source, source_version);
                let place = |version: &str| Version {
                    version: version.into(),
                    architecture: arch.as_str().into(),
                    stream: Box::default(),
                    component: id,
                    mark: Mark::of(version),
                };
                self.insert(PackageKind::Deb, MatchedBy::Name, name.clone(), place(version));
                self.insert(PackageKind::Deb, MatchedBy::Source, source.into_owned(), place(&source_version));
            }
            Component::Rpm { name, version, arch, stream, .. } => {
                let place = Version {
                    version: version.as_str().into(),
                    architecture: arch.as_str().into(),
                    stream: stream.as_str().into(),
                    component: id,
                    mark: Mark::default(),
                };
                self.insert(PackageKind::Rpm, MatchedBy::Name, name.clone(), place);
            }
            Component::Os { id: os, release } => {
                self.products.entry(product_key(os, release)).or_default().push(id);
            }
            Component::Msi { name, .. } => {
                self.products.entry(windows_product::of_program(name)).or_default().push(id);
            }
            Component::Kb { article } => {
                self.articles.insert(*article, id);
            }
            Component::Repo { repository, enabled: true, .. } => {
                self.repositories.entry(repository.clone()).or_default().push(id);
            }
            Component::Offer(offer) => self.offers.entry(offer.name.clone()).or_default().push(id),
            _ => {}
        }
        let at = id.0 as usize;
        if self.counted.len() <= at {
            self.counted.resize(at + 1, Counted::Nothing);
        }
        self.counted[at] = Counted::of(component);
        self.names.insert(&component.name(), id.0);
        if let Some((source, _)) = source_package(component) {
            self.sources.insert(&source, id.0);
        }
        self.known.insert(id, component.clone());
        self.arrived.push(id);
    }

    /// As what a component counts for an asset that has it.
    pub(crate) fn counted(&self, id: ComponentId) -> Counted {
        self.counted.get(id.0 as usize).copied().unwrap_or(Counted::Nothing)
    }

    pub(crate) fn component(&self, id: ComponentId) -> Option<&Component> {
        self.known.get(&id)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (ComponentId, &Component)> {
        self.known.iter().map(|(id, component)| (*id, component))
    }

    pub(crate) const fn names(&self) -> &TextIndex {
        &self.names
    }

    pub(crate) const fn sources(&self) -> &TextIndex {
        &self.sources
    }

    pub(crate) fn len(&self) -> usize {
        self.arrived.len()
    }

    /// Those behind the first `seen` that came.
    pub(crate) fn from(&self, seen: usize) -> impl Iterator<Item = (ComponentId, &Component)> {
        self.arrived[seen..].iter().filter_map(|id| Some((*id, self.component(*id)?)))
    }

    /// Every version in the fleet of what a clause speaks of, lowest first.
    pub(crate) fn line(&self, key: LineKey<'_>) -> &[Version] {
        self.lines.get(&(key.kind, key.by)).and_then(|lines| lines.get(key.name)).map_or(&[], Vec::as_slice)
    }

    /// Puts a version at its place. Equal versions may stand in any order.
    fn insert(&mut self, kind: PackageKind, by: MatchedBy, name: String, place: Version) {
        let line = self.lines.entry((kind, by)).or_default().entry(name).or_default();
        let at = line.partition_point(|other| kind.compare(&other.version, &place.version).is_lt());
        line.insert(at, place);
    }

    /// The line of a clause, cut at its fixed version: what is below it, and the rest.
    pub(crate) fn cut(&self, clause: &Clause) -> (&[Version], &[Version]) {
        let line = self.line(LineKey::of(clause));
        line.split_at(line.partition_point(|version| clause.is_below(&version.version)))
    }

    /// Architecture and family of an installed package, for those of which the newest counts.
    pub(crate) fn kin(&self, version: &Version) -> (&str, String) {
        match self.component(version.component) {
            Some(Component::Deb { name, arch, .. }) => (arch, family(name)),
            // The name of an rpm has no version in it.
            Some(Component::Rpm { name, arch, .. }) => (arch, name.clone()),
            _ => ("", String::new()),
        }
    }

    /// Any of them makes a machine one of the product: a release, or a program.
    pub(crate) fn product(&self, key: &str) -> &[ComponentId] {
        self.products.get(key).map_or(&[], Vec::as_slice)
    }

    /// Releases of one family: of `debian` those of `debian:11`, `debian:12` ….
    pub(crate) fn products_of(&self, family: &str) -> impl Iterator<Item = ComponentId> {
        let of_family = self.products.iter().filter(move |(key, _)| key.split(':').next() == Some(family));
        of_family.flat_map(|(_, ids)| ids.iter().copied())
    }

    /// What package managers offer for packages of this name.
    pub(crate) fn offers_of(&self, name: &str) -> impl Iterator<Item = (ComponentId, &Offer)> {
        let ids = self.offers.get(name).into_iter().flatten().copied();
        ids.filter_map(|id| match self.component(id)? {
            Component::Offer(offer) => Some((id, offer)),
            _ => None,
        })
    }

    pub(crate) fn article(&self, article: Article) -> Option<ComponentId> {
        self.articles.get(&article).copied()
    }

    /// Every article that something in the fleet lists.
    pub(crate) fn articles(&self) -> impl Iterator<Item = (Article, ComponentId)> {
        self.articles.iter().map(|(article, id)| (*article, *id))
    }

    pub(crate) fn repository(&self, repository: &Repository) -> &[ComponentId] {
        self.repositories.get(repository).map_or(&[], Vec::as_slice)
    }
}
