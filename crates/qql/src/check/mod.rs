//! Tree to typed query: names resolved, values read, errors told.

mod enumeration;
mod group;
mod leaf;
mod ordered;
mod resolve;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::MAX_LENGTH;
use crate::ast::{Node, Value};
use crate::composed::Composed;
use crate::date::Calendar;
use crate::error::{Code, Invalid, Problem};
use crate::parser;
use crate::span::Span;
use crate::text::WordMatcher;
use crate::token::{Entity, Search, Tie, TokenDefinition, TokenId, Vocabulary};
use crate::tokens::AssetToken;
use crate::typed::{Asked, Expression, Form, Free, Query};
use crate::warning::{self, Warning};
pub(crate) use resolve::{Frame, element};

/// What a query is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Purpose {
    /// Lists, widgets, saved searches.
    #[default]
    Search,
    /// Which assets or patches a job takes: several unquoted words are worth a warning.
    Selection,
    /// As a selection, and tokens that follow from tags are refused (`qql.md` 8).
    TagRule,
    /// Which patches an exception covers, on assets that it names itself: as a selection, and tokens that speak of assets are
    /// refused.
    PatchRule,
}

/// With what a text is read. Time and zone are arguments, so that the same text with them always means the same.
#[derive(Debug, Clone)]
pub struct Context {
    pub entity: Entity,
    pub calendar: Calendar,
    pub purpose: Purpose,
    pub vocabulary: Vocabulary,
}

impl Context {
    pub const fn new(entity: Entity, now: Timestamp, zone: TimeZone) -> Self {
        let calendar = Calendar { now, zone };
        Self { entity, calendar, purpose: Purpose::Search, vocabulary: Vocabulary::FETTLE }
    }

    #[must_use]
    pub const fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }
}

/// Reads a `query`.
pub fn check(text: &str, context: &Context) -> Result<Query, Invalid> {
    run(text, "query", context.entity, Frame::top(context.entity), context)
}

/// Reads the `havingQuery` to a query about `context.entity`: about patches for assets and about assets for patches and
/// vulnerabilities, each with what ties the two. The others have none.
pub fn check_having(text: &str, context: &Context) -> Result<Query, Invalid> {
    let Some((entity, tie)) = having(context.entity) else {
        let whole = Span::new(0, text.chars().take(MAX_LENGTH).count());
        let message = format!("a query about {} takes no second one", context.entity.plural());
        let problem = Problem::new(Code::WrongEntity, whole, message);
        let problem = match context.entity {
            Entity::Component => problem.help("write `assets:( … )` in the first"),
            _ => problem,
        };
        return Err(Invalid::new("havingQuery", text, vec![problem]));
    };
    run(text, "havingQuery", entity, Frame::Related { entity, tie: Some(tie) }, context)
}

/// What a `havingQuery` to a query about `entity` is about, and what ties the two.
pub(crate) const fn having(entity: Entity) -> Option<(Entity, Tie)> {
    match entity {
        Entity::Asset => Some((Entity::Patch, Tie::Finding)),
        Entity::Patch => Some((Entity::Asset, Tie::Finding)),
        Entity::Vulnerability => Some((Entity::Asset, Tie::Detection)),
        Entity::Component | Entity::Deployment | Entity::Audit => None,
    }
}

fn run(text: &str, field: &'static str, entity: Entity, frame: Frame, context: &Context) -> Result<Query, Invalid> {
    if let Some(problem) = too_long(text) {
        return Err(Invalid::new(field, text, vec![problem]));
    }
    let vocabulary = context.vocabulary;
    let composed = Composed::new(text);
    let parsed = parser::parse(&composed.text, &|name| vocabulary.is_known(name));
    let mut checker = Checker { context, text: &composed.text, problems: parsed.problems, warnings: Vec::new() };
    let root = match &parsed.root {
        Some(node) => checker.node(node, &frame),
        None => Some(Expression { span: Span::default(), form: Form::All }),
    };
    let Checker { mut problems, mut warnings, .. } = checker;
    match root {
        Some(mut root) if problems.is_empty() => {
            warnings.extend(warning::of(&root, frame.tie_of_pairs()));
            root.each_span(&mut |span| *span = composed.sent(*span));
            for warning in &mut warnings {
                warning.span = composed.sent(warning.span);
            }
            warnings.sort_by_key(|warning| warning.span);
            Ok(Query { entity, root, warnings })
        }
        _ => {
            for problem in &mut problems {
                problem.span = composed.sent(problem.span);
            }
            Err(Invalid::new(field, text, problems))
        }
    }
}

pub(crate) fn too_long(text: &str) -> Option<Problem> {
    // A character more than is allowed is enough to know.
    let length = text.chars().take(MAX_LENGTH + 1).count();
    (length > MAX_LENGTH).then(|| {
        let message = format!("the query is longer than {MAX_LENGTH} characters");
        Problem::new(Code::TooLong, Span::new(MAX_LENGTH, 1), message)
            .help("save parts of it as tags or saved searches")
    })
}

/// Free text in a rule says nothing of tags: one that has a word of its own name would depend on itself.
const fn is_of_tags(token: TokenId) -> bool {
    matches!(token, TokenId::Asset(AssetToken::TagsName))
}

/// It says something of assets, or of what ties a patch to one.
const fn speaks_of_assets(token: &TokenDefinition) -> bool {
    use crate::tokens::{PatchToken, VulnerabilityToken};
    match token.id {
        TokenId::Asset(_) => true,
        TokenId::Patch(id) => {
            token.tie.is_some()
                || matches!(id, PatchToken::MissingCount | PatchToken::InstalledCount | PatchToken::Assets)
        }
        TokenId::Vulnerability(id) => {
            matches!(id, VulnerabilityToken::AffectedAssetCount | VulnerabilityToken::Assets)
        }
        TokenId::Component(_) | TokenId::Deployment(_) | TokenId::Audit(_) => false,
    }
}

struct Checker<'a> {
    context: &'a Context,
    text: &'a str,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

impl Checker<'_> {
    /// None: something in it is wrong, and has been told.
    fn node(&mut self, node: &Node, frame: &Frame) -> Option<Expression> {
        let form = match node {
            Node::Or(nodes) => Form::Or(self.nodes(nodes, frame)?),
            Node::And(nodes) => Form::And(self.nodes(nodes, frame)?),
            Node::Not(_, inner) => Form::Not(Box::new(self.node(inner, frame)?)),
            Node::Group { name, inner, span } => self.group(name, inner, *span, frame)?,
            Node::Null { name, negated, span } => self.null_test(name, *negated, *span, frame)?,
            Node::Term { name, operand, span } => self.term(name, operand, *span, frame)?,
            Node::Free(value) => self.free(value, frame)?,
            Node::Wrong(_) => return None,
        };
        Some(Expression { span: node.span(), form })
    }

    /// Every one is looked at, so that all errors are told at once.
    fn nodes(&mut self, nodes: &[Node], frame: &Frame) -> Option<Vec<Expression>> {
        let checked: Vec<_> = nodes.iter().map(|node| self.node(node, frame)).collect();
        checked.into_iter().collect()
    }

    fn free(&mut self, value: &Value, frame: &Frame) -> Option<Form> {
        let tokens: Vec<&'static TokenDefinition> = frame
            .own(self.context.vocabulary)
            .filter(|token| token.search == Search::FreeText && token.tie.is_none())
            .filter(|token| self.context.purpose != Purpose::TagRule || !is_of_tags(token.id))
            .collect();
        if tokens.is_empty() {
            let problem = Problem::new(Code::Syntax, value.span, "free text searches nothing here");
            self.problems.push(problem.help("name a token: `token:value`"));
            return None;
        }
        self.warn_of_any_word(value);
        Some(Form::Free(Free { asked: Asked { written: value.clone(), matcher: WordMatcher::new(value) }, tokens }))
    }

    fn warn_of_any_word(&mut self, value: &Value) {
        let is_several = value.style == crate::ast::Style::Words && value.words().nth(1).is_some();
        if is_several && self.context.purpose != Purpose::Search {
            self.warnings.push(Warning::any_word(value));
        }
    }

    fn tell(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The part of the text.
    fn source(&self, span: Span) -> String {
        self.text.chars().skip(span.offset).take(span.length).collect()
    }
}
