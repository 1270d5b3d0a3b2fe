//! What the shape of a query tells: which parts are the same for every thing, and which negate what ties two things.
//!
//! One pass from the leaves up, in which each part is looked at once and each leaf written once: a text may hold long
//! lists far inside.

use std::collections::{HashMap, HashSet};

use crate::normal;
use crate::token::Tie;
use crate::typed::{Expression, Form, Leaf, Test};

/// Whether an expression is the same for every thing, as far as that is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constant {
    True,
    False,
}

impl Constant {
    const fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
        }
    }
}

/// `not` before an expression that speaks of a tie.
pub(crate) struct Negation<'q> {
    pub(crate) tie: Tie,
    pub(crate) span: crate::span::Span,
    pub(crate) inner: &'q Expression,
}

/// Both in the order of the text.
pub(crate) struct Shape<'q> {
    /// The largest parts that are constant.
    pub(crate) constants: Vec<(&'q Expression, Constant)>,
    /// The largest negations over tokens of the pairs: those in groups speak of other ties.
    pub(crate) negated: Vec<Negation<'q>>,
}

/// `pairs` is what the query is judged on beside the thing itself.
pub(crate) fn shape(root: &Expression, pairs: Option<Tie>) -> Shape<'_> {
    let found = Shape { constants: Vec::new(), negated: Vec::new() };
    let mut pass = Pass { pairs, numbers: HashMap::new(), found };
    pass.part(root);
    pass.found
}

struct Pass<'q> {
    pairs: Option<Tie>,
    /// Parts that are written alike have one number, so that comparing two of them takes no time.
    numbers: HashMap<Written, usize>,
    found: Shape<'q>,
}

/// A part, with the numbers of those inside it.
#[derive(PartialEq, Eq, Hash)]
enum Written {
    All,
    And(Vec<usize>),
    Or(Vec<usize>),
    Not(usize),
    Term(String),
    Group(&'static str, usize),
}

struct Part {
    constant: Option<Constant>,
    number: usize,
    /// The number of what it negates.
    negates: Option<usize>,
    speaks_of_pairs: bool,
}

impl<'q> Pass<'q> {
    fn part(&mut self, expression: &'q Expression) -> Part {
        let (constants, negated) = (self.found.constants.len(), self.found.negated.len());
        let part = match &expression.form {
            Form::All => self.leaf(Written::All, Some(Constant::True)),
            Form::And(parts) => self.joined(parts, Constant::False, Written::And),
            Form::Or(parts) => self.joined(parts, Constant::True, Written::Or),
            Form::Not(inner) => {
                let part = self.part(inner);
                if let (true, Some(tie)) = (part.speaks_of_pairs, self.pairs) {
                    self.found.negated.truncate(negated);
                    self.found.negated.push(Negation { tie, span: expression.span, inner });
                }
                Part {
                    constant: part.constant.map(Constant::not),
                    number: self.number(Written::Not(part.number)),
                    negates: Some(part.number),
                    speaks_of_pairs: part.speaks_of_pairs,
                }
            }
            Form::Leaf(leaf) => {
                let speaks_of_pairs = self.pairs.is_some() && leaf.token.tie == self.pairs;
                let written = Written::Term(normal::text(&expression.form));
                Part { speaks_of_pairs, ..self.leaf(written, is_empty(leaf).then_some(Constant::False)) }
            }
            Form::Free(free) => {
                let is_empty = free.asked.matcher.is_empty();
                self.leaf(Written::Term(normal::text(&expression.form)), is_empty.then_some(Constant::False))
            }
            Form::Related(related) => self.group(related.token.name, &related.inner),
            Form::Elements(elements) => self.group(elements.token.name, &elements.inner),
        };
        if let Some(constant) = part.constant {
            self.found.constants.truncate(constants);
            self.found.constants.push((expression, constant));
        }
        part
    }

    fn number(&mut self, written: Written) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(written).or_insert(next)
    }

    fn leaf(&mut self, written: Written, constant: Option<Constant>) -> Part {
        Part { constant, number: self.number(written), negates: None, speaks_of_pairs: false }
    }

    /// Nothing in it makes it hold for everything: there may be no such thing at all.
    fn group(&mut self, name: &'static str, inner: &'q Expression) -> Part {
        let negated = self.found.negated.len();
        let part = self.part(inner);
        self.found.negated.truncate(negated);
        self.leaf(Written::Group(name, part.number), part.constant.filter(|inner| *inner == Constant::False))
    }

    /// Of `and`, which one false part decides; `or` is its mirror.
    fn joined(&mut self, parts: &'q [Expression], deciding: Constant, written: fn(Vec<usize>) -> Written) -> Part {
        let parts: Vec<Part> = parts.iter().map(|part| self.part(part)).collect();
        let constant = if parts.iter().any(|part| part.constant == Some(deciding)) || contradict(&parts) {
            Some(deciding)
        } else {
            let is_other = |part: &Part| part.constant == Some(deciding.not());
            parts.iter().all(is_other).then_some(deciding.not())
        };
        let speaks_of_pairs = parts.iter().any(|part| part.speaks_of_pairs);
        let number = self.number(written(parts.iter().map(|part| part.number).collect()));
        Part { constant, number, negates: None, speaks_of_pairs }
    }
}

/// `a` beside `not a`.
fn contradict(parts: &[Part]) -> bool {
    let negated: HashSet<usize> = parts.iter().filter_map(|part| part.negates).collect();
    parts.iter().any(|part| negated.contains(&part.number))
}

fn is_empty(leaf: &Leaf) -> bool {
    match &leaf.test {
        Test::Words(asked) => asked.iter().all(|asked| asked.matcher.is_empty()),
        Test::OneOf(places) => places.is_empty(),
        Test::Int(intervals) => intervals.iter().all(|interval| interval.is_empty_by(Ord::cmp)),
        Test::Float(intervals) => intervals.iter().all(|interval| interval.is_empty_by(f64::total_cmp)),
        Test::Date(interval) => interval.is_empty_by(Ord::cmp),
        Test::Address(intervals) => intervals.iter().all(|interval| interval.is_empty_by(Ord::cmp)),
        Test::Null | Test::Present | Test::Whole(_) | Test::Bool(_) | Test::Uuid(_) | Test::Version(_) => false,
    }
}
