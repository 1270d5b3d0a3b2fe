//! Names to tokens, in the frame in which they stand (`qql.md` 3.4, 3.5).

use super::{Checker, Purpose, speaks_of_assets};
use crate::ast::Name;
use crate::error::{Code, Problem};
use crate::span::Span;
use crate::suggest;
use crate::token::{Entity, Kind, Level, Tie, TokenDefinition, Vocabulary};

/// What names speak of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Frame {
    /// The thing that is asked for, and its finding or detection.
    Top { entity: Entity },
    /// Inside `patches:( … )` and its like: the inner thing, and the one tie to the outer.
    Related { entity: Entity, tie: Option<Tie> },
    /// Inside `interfaces:( … )` and its like: names are without the prefix.
    Elements { entity: Entity, group: &'static TokenDefinition },
}

/// A token, and the group that it stands in where its name alone reaches into another entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved {
    pub(crate) token: &'static TokenDefinition,
    pub(crate) through: Option<&'static TokenDefinition>,
}

impl Resolved {
    /// Whose token it is, for a name that stands in `frame`.
    pub(super) const fn entity(self, frame: Frame) -> Entity {
        match self.through {
            Some(TokenDefinition { kind: Kind::Related(entity, _), .. }) => *entity,
            _ => frame.entity(),
        }
    }
}

impl Frame {
    pub(crate) const fn top(entity: Entity) -> Self {
        Self::Top { entity }
    }

    pub(super) const fn entity(self) -> Entity {
        match self {
            Self::Top { entity } | Self::Related { entity, .. } | Self::Elements { entity, .. } => entity,
        }
    }

    pub(crate) const fn tie(self) -> Option<Tie> {
        match self {
            Self::Top { entity } => entity.tie(),
            Self::Related { tie, .. } => tie,
            Self::Elements { .. } => None,
        }
    }

    /// The tie whose pairs the whole query is judged on.
    pub(super) const fn tie_of_pairs(self) -> Option<Tie> {
        match self {
            Self::Top { entity } => entity.tie(),
            Self::Related { .. } | Self::Elements { .. } => None,
        }
    }

    /// Tokens of the thing or element itself.
    pub(super) fn own(self, vocabulary: Vocabulary) -> impl Iterator<Item = &'static TokenDefinition> {
        let tokens = vocabulary.tokens(self.entity()).iter();
        tokens.filter(move |token| match self {
            Self::Top { .. } | Self::Related { .. } => token.tie.is_none(),
            Self::Elements { group, .. } => element(group, token).is_some(),
        })
    }

    fn find_own(self, name: &str, vocabulary: Vocabulary) -> Option<&'static TokenDefinition> {
        match self {
            Self::Top { .. } | Self::Related { .. } => {
                vocabulary.find(self.entity(), name).filter(|token| token.tie.is_none())
            }
            Self::Elements { group, .. } => self.own(vocabulary).find(|token| element(group, token) == Some(name)),
        }
    }

    fn find_tied(self, name: &str, vocabulary: Vocabulary) -> Option<&'static TokenDefinition> {
        self.tie().and_then(|tie| vocabulary.tied(tie).find(|token| token.is_named(name)))
    }

    /// What a name means here; where two would fit, the thing's own.
    pub(crate) fn lookup(self, name: &str, vocabulary: Vocabulary) -> Option<Resolved> {
        let direct = |token| Resolved { token, through: None };
        let plain = self.find_own(name, vocabulary).or_else(|| self.find_tied(name, vocabulary));
        if plain.is_some() || matches!(self, Self::Elements { .. }) {
            return plain.map(direct);
        }
        let qualified = name.split_once('.').and_then(|(qualifier, rest)| match self.tie() {
            Some(tie) if qualifier == tie.name() => self.find_tied(rest, vocabulary),
            _ if qualifier == self.entity().name() => self.find_own(rest, vocabulary),
            _ => None,
        });
        qualified.map(direct).or_else(|| self.long_name_of_vulnerability(name, vocabulary))
    }

    /// `vulnerabilities.vulnerability.<token>` and `vulnerabilities.<detection token>` (`qql.md` 8.5).
    fn long_name_of_vulnerability(self, name: &str, vocabulary: Vocabulary) -> Option<Resolved> {
        let rest = name.strip_prefix("vulnerabilities.")?;
        let inner = Self::Related { entity: Entity::Vulnerability, tie: Some(Tie::Detection) };
        let token = match rest.strip_prefix("vulnerability.") {
            Some(own) => inner.find_own(own, vocabulary),
            None => inner.find_tied(rest, vocabulary),
        }?;
        match self.entity() {
            // Detections of another tie than the frame's own are not at hand.
            Entity::Vulnerability if token.tie.is_none() || self.tie() == token.tie => {
                Some(Resolved { token, through: None })
            }
            Entity::Asset => {
                let through = vocabulary.find(Entity::Asset, "vulnerabilities")?;
                Some(Resolved { token, through: Some(through) })
            }
            Entity::Vulnerability | Entity::Patch | Entity::Component | Entity::Deployment | Entity::Audit => None,
        }
    }

    /// The frame inside a group.
    pub(crate) const fn inside(self, group: Resolved) -> Option<Self> {
        match group.token.kind {
            Kind::Related(entity, tie) => Some(Self::Related { entity, tie }),
            Kind::Elements => Some(Self::Elements { entity: group.entity(self), group: group.token }),
            _ => None,
        }
    }

    /// Every name that may be written here without a qualifier, aliases too: those are whole names, and say nothing
    /// inside a group of elements.
    pub(crate) fn names(self, vocabulary: Vocabulary) -> Vec<(&'static str, &'static TokenDefinition)> {
        if let Self::Elements { group, .. } = self {
            return self.own(vocabulary).filter_map(|token| Some((element(group, token)?, token))).collect();
        }
        let tied = self.tie().into_iter().flat_map(move |tie| vocabulary.tied(tie));
        let tokens = self.own(vocabulary).chain(tied);
        tokens
            .flat_map(|token| {
                std::iter::once(token.name).chain(token.aliases.iter().copied()).map(move |name| (name, token))
            })
            .collect()
    }
}

/// The name of a token inside its group.
pub(crate) fn element<'a>(group: &TokenDefinition, token: &'a TokenDefinition) -> Option<&'a str> {
    token.name.strip_prefix(group.name)?.strip_prefix('.')
}

impl Checker<'_> {
    /// `term` is what stands with the name, for suggestions that take it over.
    pub(super) fn resolve(&mut self, name: &Name, term: Span, frame: Frame) -> Option<Resolved> {
        match self.find(name, term, frame) {
            Ok(resolved) => {
                if self.context.purpose == Purpose::TagRule && resolved.token.level == Level::Derived {
                    let message = format!("'{}' follows from tags, and cannot stand in a tag rule", name.text);
                    let problem = Problem::new(Code::TokenNotInRule, name.span, message);
                    self.tell(problem.help("a saved search may use it"));
                    return None;
                }
                if self.context.purpose == Purpose::PatchRule && speaks_of_assets(resolved.token) {
                    let message = format!("'{}' speaks of assets, and cannot stand in a rule about patches", name.text);
                    let problem = Problem::new(Code::TokenNotInRule, name.span, message);
                    self.tell(problem.help("assets are named beside the rule: one by one, or by tags"));
                    return None;
                }
                Some(resolved)
            }
            Err(problem) => {
                self.tell(problem);
                None
            }
        }
    }

    fn find(&self, name: &Name, term: Span, frame: Frame) -> Result<Resolved, Problem> {
        let (vocabulary, entity) = (self.context.vocabulary, frame.entity());
        let both = (frame.find_own(&name.text, vocabulary), frame.find_tied(&name.text, vocabulary), frame.tie());
        if let (Some(own), Some(tied), Some(tie)) = both {
            let names = vec![format!("{}.{}", tie.name(), tied.name), format!("{entity}.{}", own.name)];
            let message = format!("'{}' is a token of the {} and of the {entity}", name.text, tie.name());
            return Err(Problem::new(Code::Ambiguous, name.span, message).did_you_mean(names));
        }
        if let Some(resolved) = frame.lookup(&name.text, vocabulary) {
            return Ok(resolved);
        }
        match self.of_another_entity(name, term, frame) {
            // A name that the entity has in longer form comes before one that cannot be reached.
            Some(problem) if !problem.suggestions.is_empty() || self.similar(name, frame).is_empty() => Err(problem),
            _ => Err(self.unknown(name, frame)),
        }
    }

    /// A token that a group reaches, or that stands in another table.
    fn of_another_entity(&self, name: &Name, term: Span, frame: Frame) -> Option<Problem> {
        if matches!(frame, Frame::Elements { .. }) {
            return None;
        }
        let vocabulary = self.context.vocabulary;
        let reached: Vec<(&TokenDefinition, &TokenDefinition)> = groups(frame.entity(), vocabulary)
            .filter_map(|(group, inner)| Some((group, inner.lookup(&name.text, vocabulary)?.token)))
            .collect();
        let elsewhere = || Entity::ALL.into_iter().find_map(|entity| vocabulary.find(entity, &name.text));
        let token = reached.first().map(|(_, token)| *token).or_else(elsewhere)?;
        let whose = token.tie.map_or_else(|| token.id.entity().name(), Tie::name);
        let message = format!("'{}' is a token of {whose}, not of {}", name.text, frame.entity());
        let suggested = reached.iter().map(|(group, _)| format!("{}:({})", group.name, self.source(term))).collect();
        Some(match reached.as_slice() {
            [] => Problem::new(Code::WrongEntity, name.span, message)
                .help(format!("no group of {} reaches it", frame.entity())),
            _ => Problem::new(Code::WrongEntity, term, message).did_you_mean(suggested),
        })
    }

    fn similar(&self, name: &Name, frame: Frame) -> Vec<String> {
        let names = frame.names(self.context.vocabulary);
        let short = suggest::names(&name.text, names.iter().map(|(name, _)| *name));
        if !short.is_empty() || !matches!(frame, Frame::Elements { .. }) {
            return short;
        }
        // Who knows a token by its alias is told the name that it has here.
        let aliases = names.iter().flat_map(|(_, token)| token.aliases).copied();
        let meant = suggest::names(&name.text, aliases);
        let is_meant = |token: &TokenDefinition| meant.iter().any(|alias| token.is_named(alias));
        names.iter().filter(|(_, token)| is_meant(token)).map(|(name, _)| (*name).to_owned()).collect()
    }

    fn unknown(&self, name: &Name, frame: Frame) -> Problem {
        let whose = match frame {
            Frame::Elements { group, .. } => group.name.to_owned(),
            Frame::Top { entity } | Frame::Related { entity, .. } => entity.to_string(),
        };
        let message = format!("'{}' is not a token of {whose}", name.text);
        let problem = Problem::new(Code::UnknownToken, name.span, message);
        match self.similar(name, frame) {
            similar if similar.is_empty() => problem.help("to search for this text, quote it"),
            similar => problem.did_you_mean(similar),
        }
    }
}

/// Groups of related things, and the frame inside each.
fn groups(entity: Entity, vocabulary: Vocabulary) -> impl Iterator<Item = (&'static TokenDefinition, Frame)> {
    vocabulary.tokens(entity).iter().filter_map(|token| match token.kind {
        Kind::Related(entity, tie) => Some((token, Frame::Related { entity, tie })),
        _ => None,
    })
}
