//! Terms: a token's kind, and what may be asked of it (`qql.md` 3.1, 3.2).

use uuid::Uuid;

use super::Checker;
use super::resolve::{Frame, Resolved};
use crate::ast::{Name, Operand, Value};
use crate::error::{Code, Problem};
use crate::span::Span;
use crate::text::{WholeMatcher, WordMatcher};
use crate::token::{Kind, TokenDefinition, VersionOrder};
use crate::typed::{Asked, Expression, Form, Leaf, Related, Test};

impl Checker<'_> {
    pub(super) fn term(&mut self, name: &Name, operand: &Operand, span: Span, frame: &Frame) -> Option<Form> {
        let resolved = self.resolve(name, span, *frame)?;
        let form = self.form(resolved.token, operand, span)?;
        Some(wrapped(resolved, span, form))
    }

    pub(super) fn null_test(&mut self, name: &Name, negated: bool, span: Span, frame: &Frame) -> Option<Form> {
        let resolved = self.resolve(name, span, *frame)?;
        let token = resolved.token;
        if token.kind.is_group() {
            let problem =
                Problem::new(Code::BadOperator, span, format!("`{}` is a group, and has no value", token.name));
            self.tell(problem.help(format!("write `{}:( … )`, or `not {0}:( … )`", token.name)));
            return None;
        }
        let leaf = |test| Form::Leaf(Leaf { token, test });
        Some(match (resolved.through, negated) {
            (_, true) => wrapped(resolved, span, leaf(Test::Present)),
            (None, false) => leaf(Test::Null),
            // A list is null when it is empty: when nothing related has a value.
            (Some(_), false) => {
                let form = wrapped(resolved, span, leaf(Test::Present));
                Form::Not(Box::new(Expression { span, form }))
            }
        })
    }

    fn form(&mut self, token: &'static TokenDefinition, operand: &Operand, span: Span) -> Option<Form> {
        if asks_for_any(token.kind, operand) {
            return Some(Form::Leaf(Leaf { token, test: Test::Present }));
        }
        let test = match token.kind {
            Kind::Date => return self.dates(token, operand, span),
            Kind::Text => {
                let values = self.values(token, operand, span, "write `name:value`, a list, or a pattern with `*`")?;
                for value in &values {
                    self.warn_of_any_word(value);
                }
                Test::Words(values.iter().map(|value| asked(value, WordMatcher::new(value))).collect())
            }
            Kind::Keyword => {
                let values = self.values(token, operand, span, "write `name:value`, a list, or a pattern with `*`")?;
                Test::Whole(values.iter().map(|value| asked(value, WholeMatcher::new(value))).collect())
            }
            Kind::Enum(enumeration) => Test::OneOf(self.enumerated(token, enumeration, operand, span)?),
            Kind::Bool => {
                let mut values = self.read_all(token, operand, span, "write `name:true` or `name:false`", read_bool)?;
                values.sort_unstable();
                values.dedup();
                Test::Bool(values)
            }
            Kind::Uuid => Test::Uuid(self.read_all(token, operand, span, "write `name:id`, or a list", read_uuid)?),
            Kind::Int => Test::Int(self.integers(token, operand, span)?),
            Kind::Float => Test::Float(self.floats(token, operand, span)?),
            Kind::Version(order) => Test::Version(self.versions(token, operand, span, order)?),
            Kind::Address => Test::Address(self.addresses(token, operand, span)?),
            Kind::Related(..) | Kind::Elements => {
                let message = format!("`{}` is a group, and has no value", token.name);
                let problem = Problem::new(Code::BadOperator, span, message);
                self.tell(problem.help(format!("write `{}:( … )`; for example `{}`", token.name, token.example)));
                return None;
            }
        };
        Some(Form::Leaf(Leaf { token, test }))
    }

    /// The values of what takes neither comparison nor range; `works` says what it takes.
    fn values<'v>(
        &mut self,
        token: &TokenDefinition,
        operand: &'v Operand,
        span: Span,
        works: &str,
    ) -> Option<Vec<&'v Value>> {
        let what = match operand {
            Operand::Is(value) => return Some(vec![value]),
            Operand::List(values) => return Some(values.iter().collect()),
            Operand::Compared(comparison, _) => format!("`{}`", comparison.sign()),
            Operand::Range(..) => "a range".to_owned(),
        };
        self.tell(bad_operator(token, span, &what, works));
        None
    }

    fn read_all<T>(
        &mut self,
        token: &TokenDefinition,
        operand: &Operand,
        span: Span,
        works: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let values = self.values(token, operand, span, works)?;
        let read: Vec<Option<T>> = values
            .into_iter()
            .map(|value| {
                let read = read(value);
                if read.is_none() {
                    self.tell(bad_value(token, value));
                }
                read
            })
            .collect();
        read.into_iter().collect()
    }
}

/// `*` alone, also in a list, or a range without ends: any value.
fn asks_for_any(kind: Kind, operand: &Operand) -> bool {
    let takes_star = matches!(kind, Kind::Text | Kind::Keyword | Kind::Enum(_) | Kind::Bool);
    match operand {
        Operand::Is(value) => takes_star && value.is_lone_star(),
        Operand::List(values) => takes_star && matches!(values.as_slice(), [only] if only.is_lone_star()),
        Operand::Range(low, high) => low.value.is_none() && high.value.is_none() && kind.is_ordered(),
        Operand::Compared(..) => false,
    }
}

fn asked<M>(value: &Value, matcher: M) -> Asked<M> {
    Asked { written: value.clone(), matcher }
}

/// A token that is reached through a group stands in it.
pub(super) fn wrapped(resolved: Resolved, span: Span, form: Form) -> Form {
    match resolved.through.map(|token| (token, token.kind)) {
        Some((token, Kind::Related(entity, tie))) => {
            Form::Related(Related { token, entity, tie, inner: Box::new(Expression { span, form }) })
        }
        _ => form,
    }
}

pub(super) fn bad_operator(token: &TokenDefinition, span: Span, what: &str, works: &str) -> Problem {
    let message = format!("{what} does not work on `{}`, of kind {}", token.name, token.kind.name());
    Problem::new(Code::BadOperator, span, message).help(works.replace("name", token.name))
}

pub(super) fn wildcard(token: &TokenDefinition, value: &Value, works: &str) -> Problem {
    bad_operator(token, value.span, "a wildcard", works)
}

/// A value that does not fit, with the form that would.
pub(super) fn bad_value(token: &TokenDefinition, value: &Value) -> Problem {
    let form = match token.kind {
        Kind::Bool if value.has_wildcard() => return wildcard(token, value, "write `name:true` or `name:false`"),
        Kind::Uuid if value.has_wildcard() => return wildcard(token, value, "write the whole id"),
        Kind::Bool => "it is `true` or `false`",
        Kind::Uuid => "an id is 32 hexadecimal digits in groups of 8-4-4-4-12",
        Kind::Int => "it is a whole number such as `10` or `-3`",
        Kind::Float => "it is a number such as `7.5`",
        Kind::Version(VersionOrder::Dotted) => "a version is numbers with dots, such as `10.0.19045`",
        Kind::Version(VersionOrder::Component) => "a version is one word, such as `3.0.11-1~deb12u2`",
        Kind::Address => "an address is `10.0.0.5`, `10.0.0.0/24`, `fe80::1` or `fe80::/10`",
        Kind::Date => crate::date::FORMS,
        Kind::Text | Kind::Keyword | Kind::Enum(_) | Kind::Related(..) | Kind::Elements => "see the token's example",
    };
    let message = format!("'{}' is no value of `{}`, of kind {}", value.text, token.name, token.kind.name());
    let problem = Problem::new(Code::BadValue, value.span, message).help(form);
    if token.kind == Kind::Bool { problem.suggest(["true", "false"]) } else { problem }
}

fn read_bool(value: &Value) -> Option<bool> {
    if value.text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if value.text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// With its hyphens, and perhaps in braces.
fn read_uuid(value: &Value) -> Option<Uuid> {
    let text = value.text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(&value.text);
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}
