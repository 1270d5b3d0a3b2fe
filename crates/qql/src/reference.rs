//! The reference page (`docs/qql.md`) and the tables as JSON, made of the definitions.

use std::fmt::Write as _;

use serde::Serialize;

use crate::check::having;
use crate::token::{Entity, Grouping, Kind, Level, Ranking, Search, Sorting, Tie, TokenDefinition, Values, Vocabulary};

/// What the page says of the language, before the tables.
const LANGUAGE: &str = include_str!("reference.md");

/// A token as `GET /v1/qql/tokens` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenReference {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Of an enumeration, complete; of a ranked one, the lowest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<&'static [&'static str]>,
    pub ranked: bool,
    pub sorting: Sorting,
    pub grouping: Grouping,
    pub search: Search,
    pub level: Level,
    pub tie: Option<Tie>,
    #[serde(rename = "cardinality")]
    pub several: Values,
    pub example: &'static str,
    pub help: &'static str,
}

impl From<&'static TokenDefinition> for TokenReference {
    fn from(token: &'static TokenDefinition) -> Self {
        let enumeration = match token.kind {
            Kind::Enum(enumeration) => Some(enumeration),
            _ => None,
        };
        Self {
            name: token.name,
            aliases: token.aliases,
            kind: token.kind.name(),
            values: enumeration.map(|enumeration| enumeration.values),
            ranked: enumeration.is_some_and(|enumeration| enumeration.ranking == Ranking::Ranked),
            sorting: token.sorting,
            grouping: token.grouping,
            search: token.search,
            level: token.level,
            tie: token.tie,
            several: token.values,
            example: token.example,
            help: token.help,
        }
    }
}

/// The tokens of an entity, in the order of the specification.
pub fn tokens(entity: Entity) -> Vec<TokenReference> {
    Vocabulary::FETTLE.tokens(entity).iter().map(TokenReference::from).collect()
}

/// The tokens of the `havingQuery` to a query about an entity: those of what it is about, and of what ties the two.
/// `None`: there is no such query.
pub fn having_tokens(entity: Entity) -> Option<Vec<TokenReference>> {
    let (about, tie) = having(entity)?;
    let own = Vocabulary::FETTLE.tokens(about).iter().filter(|token| token.tie.is_none());
    let tied = Vocabulary::FETTLE.tokens(tie.entity()).iter().filter(|token| token.tie == Some(tie));
    Some(own.chain(tied).map(TokenReference::from).collect())
}

/// The whole page, in Markdown.
pub fn page() -> String {
    let mut page = LANGUAGE.trim_end().to_owned();
    for entity in Entity::ALL {
        let _ = write!(page, "\n\n### {entity}\n\n{}", table(entity).trim_end());
    }
    page.push('\n');
    page
}

/// The tokens of an entity as a table, in Markdown.
pub fn table(entity: Entity) -> String {
    let mut table = "| token | type | S | G | what it is | example |\n|---|---|---|---|---|---|\n".to_owned();
    for token in Vocabulary::FETTLE.tokens(entity) {
        let sorting = if token.sorting == Sorting::Sortable { "S" } else { "–" };
        let grouping = match token.grouping {
            Grouping::NotGroupable => "–",
            Grouping::Groupable => "G",
            Grouping::TopOnly => "G*",
        };
        let _ = writeln!(
            table,
            "| {} | {} | {sorting} | {grouping} | {} | {} |",
            name(token),
            kind(token),
            token.help.replace('|', "\\|"),
            code(token.example)
        );
    }
    table
}

fn name(token: &TokenDefinition) -> String {
    let mut name = format!("`{}{}`", token.name, if token.kind.is_group() { ":( )" } else { "" });
    if !token.aliases.is_empty() {
        let aliases: Vec<_> = token.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let _ = write!(name, " (alias {})", aliases.join(", "));
    }
    let marks = [
        (token.search == Search::FreeText, " †"),
        (token.tie == Some(Tie::Finding), " ◊"),
        (token.tie == Some(Tie::Detection), " ‡"),
        (token.level == Level::Derived, " ▲"),
    ];
    marks.iter().filter(|(is_marked, _)| *is_marked).for_each(|(_, mark)| name.push_str(mark));
    name
}

fn kind(token: &TokenDefinition) -> String {
    match token.kind {
        Kind::Enum(enumeration) => {
            let ranked = if enumeration.ranking == Ranking::Ranked { ", ranked" } else { "" };
            format!("enum{ranked}: {}", enumeration.values.join(", "))
        }
        kind => kind.name().to_owned(),
    }
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}
