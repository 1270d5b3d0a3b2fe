//! Whole queries, and orders.

use std::sync::Arc;

use fettle_qql::Entity;
use fettle_qql::token::{Kind, Search, Sorting, TokenDefinition, Vocabulary};
use rand::Rng as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use crate::term::{self, quoted};

/// Values that things under test have, as they would be written: dates as instants, the rest as lists show them. May be
/// empty: then values are made up.
pub type Samples = Arc<dyn Fn(&TokenDefinition) -> Vec<String>>;

/// How deep brackets, negations and groups go.
const DEPTH: u32 = 4;
/// Groups of related things in each other.
const GROUPS: u32 = 2;

/// Writes queries about one entity. The same seed writes the same ones.
pub struct Generator {
    rng: StdRng,
    entity: Entity,
    vocabulary: Vocabulary,
    samples: Samples,
}

impl std::fmt::Debug for Generator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Generator").field("entity", &self.entity).finish_non_exhaustive()
    }
}

/// Where a part of a query stands.
#[derive(Clone, Copy)]
enum Place {
    /// At the top, or inside a group of related things with their tie.
    Thing { entity: Entity, tie: Option<fettle_qql::token::Tie>, is_top: bool, groups: u32 },
    /// Inside a group of elements.
    Element { entity: Entity, group: &'static TokenDefinition },
}

impl Generator {
    pub fn new(seed: u64, entity: Entity, vocabulary: Vocabulary, samples: Samples) -> Self {
        Self { rng: StdRng::seed_from_u64(seed), entity, vocabulary, samples }
    }

    /// A query that [`fettle_qql::check()`] takes.
    pub fn query(&mut self) -> String {
        let place = Place::Thing { entity: self.entity, tie: self.entity.tie(), is_top: true, groups: 0 };
        self.expression(place, DEPTH)
    }

    /// An order that [`fettle_qql::order::sort`] takes, of up to three tokens; also none.
    pub fn sort(&mut self) -> String {
        let tokens = self.vocabulary.tokens(self.entity).iter();
        let sortable: Vec<_> = tokens.filter(|token| token.sorting == Sorting::Sortable).collect();
        let length = self.rng.random_range(0..=fettle_qql::order::MAX_SORT.min(sortable.len()));
        let chosen: Vec<_> = sortable.choose_multiple(&mut self.rng, length).copied().collect();
        let direction = |rng: &mut StdRng| *["", ":asc", ":desc"].choose(rng).expect("three");
        chosen.iter().map(|token| format!("{}{}", token.name, direction(&mut self.rng))).collect::<Vec<_>>().join(",")
    }

    fn expression(&mut self, place: Place, depth: u32) -> String {
        match if depth == 0 { 0 } else { self.rng.random_range(0..10) } {
            6 | 7 => self.joined(place, " and ", depth - 1),
            8 => self.joined(place, " or ", depth - 1),
            9 => format!("not ({})", self.expression(place, depth - 1)),
            _ => self.term(place, depth),
        }
    }

    fn joined(&mut self, place: Place, word: &str, depth: u32) -> String {
        let parts = self.rng.random_range(2..=3);
        (0..parts).map(|_| format!("({})", self.expression(place, depth))).collect::<Vec<_>>().join(word)
    }

    fn term(&mut self, place: Place, depth: u32) -> String {
        let names = self.names(place);
        let is_searched = |(_, token): &(String, &TokenDefinition)| {
            token.search == Search::FreeText && token.tie.is_none() && !token.kind.is_group()
        };
        let searched: Vec<_> = names.iter().filter(|name| is_searched(name)).map(|(_, token)| *token).collect();
        if !searched.is_empty() && self.rng.random_ratio(1, 12) {
            let token = *searched.choose(&mut self.rng).expect("one at least");
            return term::free_text(&mut self.rng, &(self.samples)(token));
        }
        let (name, token) = names.choose(&mut self.rng).expect("each entity has tokens").clone();
        if let Some((entity, tie)) = related(token) {
            let groups = if let Place::Thing { groups, .. } = place { groups } else { 0 };
            let inner = Place::Thing { entity, tie, is_top: false, groups: groups + 1 };
            return format!("{name}:({})", self.expression(inner, depth.saturating_sub(2)));
        }
        if token.kind == Kind::Elements {
            let entity = token.id.entity();
            return format!("{name}:({})", self.expression(Place::Element { entity, group: token }, depth.min(2)));
        }
        if self.rng.random_ratio(1, 12) {
            let negated = if self.rng.random() { "is" } else { "is not" };
            return format!("{name} {negated} null");
        }
        let samples = (self.samples)(token);
        format!("{name}{}", term::operand(&mut self.rng, token, &samples))
    }

    /// What may be written, with the tokens that are meant; a name that two have is qualified.
    fn names(&self, place: Place) -> Vec<(String, &'static TokenDefinition)> {
        match place {
            Place::Element { entity, group } => {
                let tokens = self.vocabulary.tokens(entity).iter();
                tokens
                    .filter_map(|token| Some((token.name.strip_prefix(group.name)?.strip_prefix('.')?, token)))
                    .map(|(name, token)| (name.to_owned(), token))
                    .collect()
            }
            Place::Thing { entity, tie, is_top, groups } => {
                let is_in_reach = |token: &&TokenDefinition| groups < GROUPS || related(token).is_none();
                let own: Vec<_> = self.vocabulary.tokens(entity).iter().filter(|token| token.tie.is_none()).collect();
                let tied: Vec<_> = tie.into_iter().flat_map(|tie| self.vocabulary.tied(tie)).collect();
                let is_both = |name: &str| {
                    !is_top
                        && own.iter().any(|token| token.is_named(name))
                        && tied.iter().any(|token| token.is_named(name))
                };
                let name = |token: &'static TokenDefinition| {
                    let qualifier = token.tie.map_or_else(|| entity.name(), fettle_qql::token::Tie::name);
                    if is_both(token.name) { format!("{qualifier}.{}", token.name) } else { token.name.to_owned() }
                };
                own.iter().chain(&tied).copied().filter(is_in_reach).map(|token| (name(token), token)).collect()
            }
        }
    }

    /// A text that no thing has, quoted; for tests of what finds nothing.
    pub fn nonsense(&mut self) -> String {
        quoted(&format!("zq{}xv", self.rng.random::<u64>()))
    }
}

const fn related(token: &TokenDefinition) -> Option<(Entity, Option<fettle_qql::token::Tie>)> {
    match token.kind {
        Kind::Related(entity, tie) => Some((entity, tie)),
        _ => None,
    }
}
