//! What tokens there are (`qql.md` 8): definitions as data. The reference page, completions, errors and the console's
//! help are made of them, and the evaluators match on their ids, so that one without an answer does not compile.

use serde::Serialize;

use crate::tokens::{self, AssetToken, AuditToken, ComponentToken, DeploymentToken, PatchToken, VulnerabilityToken};

/// A kind of thing that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Entity {
    Asset,
    Patch,
    Vulnerability,
    Component,
    Deployment,
    Audit,
}

impl Entity {
    pub const ALL: [Self; 6] =
        [Self::Asset, Self::Patch, Self::Vulnerability, Self::Component, Self::Deployment, Self::Audit];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Asset => "asset",
            Self::Patch => "patch",
            Self::Vulnerability => "vulnerability",
            Self::Component => "component",
            Self::Deployment => "deployment",
            Self::Audit => "audit",
        }
    }

    pub const fn plural(self) -> &'static str {
        match self {
            Self::Asset => "assets",
            Self::Patch => "patches",
            Self::Vulnerability => "vulnerabilities",
            Self::Component => "components",
            Self::Deployment => "deployments",
            Self::Audit => "audit records",
        }
    }

    /// What a query about it is judged on, beside the thing itself (`qql.md` 3.5).
    pub const fn tie(self) -> Option<Tie> {
        match self {
            Self::Patch => Some(Tie::Finding),
            Self::Vulnerability => Some(Tie::Detection),
            Self::Asset | Self::Component | Self::Deployment | Self::Audit => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is nothing that can be asked for; there are asset, patch, vulnerability, component, deployment and audit"
)]
pub struct UnknownEntity(String);

impl std::str::FromStr for Entity {
    type Err = UnknownEntity;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|entity| entity.name() == name).ok_or_else(|| UnknownEntity(name.to_owned()))
    }
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What ties an asset to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Tie {
    /// Between an asset and a patch (◊).
    Finding,
    /// Between an asset and a vulnerability (‡).
    Detection,
}

impl Tie {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Detection => "detection",
        }
    }

    /// In whose table its tokens stand.
    pub const fn entity(self) -> Entity {
        match self {
            Self::Finding => Entity::Patch,
            Self::Detection => Entity::Vulnerability,
        }
    }
}

/// A token, for evaluators to match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenId {
    Asset(AssetToken),
    Patch(PatchToken),
    Vulnerability(VulnerabilityToken),
    Component(ComponentToken),
    Deployment(DeploymentToken),
    Audit(AuditToken),
}

impl TokenId {
    /// In whose table it stands.
    pub const fn entity(self) -> Entity {
        match self {
            Self::Asset(_) => Entity::Asset,
            Self::Patch(_) => Entity::Patch,
            Self::Vulnerability(_) => Entity::Vulnerability,
            Self::Component(_) => Entity::Component,
            Self::Deployment(_) => Entity::Deployment,
            Self::Audit(_) => Entity::Audit,
        }
    }
}

/// The values of an enumeration, complete, the lowest rank first.
#[derive(Debug, PartialEq, Eq)]
pub struct Enumeration {
    pub values: &'static [&'static str],
    pub ranking: Ranking,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// The values have no order; they sort by name.
    Unranked,
    /// The values stand in their order: comparisons work, and sorting goes by it.
    Ranked,
}

/// By which order versions are compared (`qql.md` 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionOrder {
    /// That of the component's kind: deb, rpm, dotted numbers.
    Component,
    /// Dotted numbers ([`crate::value::compare_dotted`]).
    Dotted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Keyword,
    Enum(&'static Enumeration),
    Bool,
    Int,
    Float,
    Version(VersionOrder),
    Uuid,
    Date,
    Address,
    /// `patches:( … )`: there is such a thing, and the two are tied, or not.
    Related(Entity, Option<Tie>),
    /// `interfaces:( … )`: there is such an element; its tokens are those that begin with the name and a dot.
    Elements,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Keyword => "keyword",
            Self::Enum(_) => "enum",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Version(_) => "version",
            Self::Uuid => "uuid",
            Self::Date => "date",
            Self::Address => "ip",
            Self::Related(..) | Self::Elements => "group",
        }
    }

    pub const fn is_group(self) -> bool {
        matches!(self, Self::Related(..) | Self::Elements)
    }

    /// Comparisons and ranges work on it.
    pub const fn is_ordered(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Version(_) | Self::Date | Self::Address)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Sorting {
    NotSortable,
    Sortable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Grouping {
    NotGroupable,
    Groupable,
    /// The commonest values, without a group of all others.
    TopOnly,
}

/// Whether free text looks at it (†).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Search {
    Named,
    FreeText,
}

/// What a token says, and so where it may be used (`qql.md` 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// What machines and catalogue say; findings too.
    Fact,
    /// What follows from tags (▲): in no tag rule.
    Derived,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Values {
    One,
    /// A thing may have several, or none: true when any fits.
    Several,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenDefinition {
    pub id: TokenId,
    pub name: &'static str,
    /// Other names that work everywhere; explained queries show `name`.
    pub aliases: &'static [&'static str],
    pub kind: Kind,
    pub sorting: Sorting,
    pub grouping: Grouping,
    pub search: Search,
    pub level: Level,
    pub tie: Option<Tie>,
    pub values: Values,
    pub example: &'static str,
    /// One line.
    pub help: &'static str,
}

impl TokenDefinition {
    pub(crate) const fn new(
        id: TokenId,
        name: &'static str,
        kind: Kind,
        example: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            id,
            name,
            aliases: &[],
            kind,
            sorting: Sorting::NotSortable,
            grouping: Grouping::NotGroupable,
            search: Search::Named,
            level: Level::Fact,
            tie: None,
            values: Values::One,
            example,
            help,
        }
    }

    pub(crate) const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub(crate) const fn sortable(mut self) -> Self {
        self.sorting = Sorting::Sortable;
        self
    }

    pub(crate) const fn groupable(mut self) -> Self {
        self.grouping = Grouping::Groupable;
        self
    }

    pub(crate) const fn top_groups(mut self) -> Self {
        self.grouping = Grouping::TopOnly;
        self
    }

    pub(crate) const fn free_text(mut self) -> Self {
        self.search = Search::FreeText;
        self
    }

    pub(crate) const fn derived(mut self) -> Self {
        self.level = Level::Derived;
        self
    }

    pub(crate) const fn several(mut self) -> Self {
        self.values = Values::Several;
        self
    }

    pub(crate) const fn tied(mut self, tie: Tie) -> Self {
        self.tie = Some(tie);
        self
    }

    /// The place of an enumeration's value, and the value.
    pub fn choice(&self, name: &str) -> Option<(usize, &'static str)> {
        let Kind::Enum(enumeration) = self.kind else { return None };
        enumeration.values.iter().copied().enumerate().find(|(_, value)| *value == name)
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// The tables that names are looked up in.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary {
    tables: fn(Entity) -> &'static [TokenDefinition],
}

impl Vocabulary {
    /// All that Fettle has facts for.
    pub const FETTLE: Self = Self { tables: tokens::of };

    /// Other tables, for tests of what no token of Fettle shows yet.
    pub const fn new(tables: fn(Entity) -> &'static [TokenDefinition]) -> Self {
        Self { tables }
    }

    /// In the order of the specification.
    pub fn tokens(self, entity: Entity) -> &'static [TokenDefinition] {
        (self.tables)(entity)
    }

    pub fn find(self, entity: Entity, name: &str) -> Option<&'static TokenDefinition> {
        self.tokens(entity).iter().find(|token| token.is_named(name))
    }

    /// The tokens of a tie.
    pub fn tied(self, tie: Tie) -> impl Iterator<Item = &'static TokenDefinition> {
        self.tokens(tie.entity()).iter().filter(move |token| token.tie == Some(tie))
    }

    /// True for every name that is a token somewhere: of any entity, inside a group of elements, or behind `finding.`,
    /// `detection.` and the like.
    pub fn is_known(self, name: &str) -> bool {
        let is_token = |name: &str| {
            Entity::ALL.into_iter().flat_map(|entity| self.tokens(entity)).any(|token| {
                token.is_named(name) || token.name.split_once('.').is_some_and(|(_, element)| element == name)
            })
        };
        let qualifiers = ["finding.", "detection.", "vulnerabilities.vulnerability.", "vulnerabilities."];
        let of_entity =
            || Entity::ALL.into_iter().find_map(|entity| name.strip_prefix(entity.name())?.strip_prefix('.'));
        is_token(name)
            || qualifiers.iter().any(|qualifier| name.strip_prefix(qualifier).is_some_and(is_token))
            || of_entity().is_some_and(is_token)
    }
}
