//! Text to tree (`qql.md` 1, 2): by hand, so that errors and completions come from one grammar.
//!
//! The parser goes on after an error, leaves [`Node::Wrong`] where it could not read, and notes at each step what may
//! stand there (its slots): completions are made of the notes. It ends for every text, in time that grows with the
//! text's length, and its depth is bounded.

mod scan;
mod term;
mod value;

use crate::ast::{Name, Node, Value};
use crate::composed::Composed;
use crate::error::{Code, Problem};
use crate::span::Span;
use crate::token::Vocabulary;
use scan::{Keyword, Scanner};

/// Terms in one query.
pub const MAX_TERMS: usize = 256;
/// Levels of brackets, groups too.
pub const MAX_DEPTH: usize = 32;
/// Values in one list.
pub const MAX_VALUES: usize = 1_000;

/// What was read of a text.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// None: the text is empty, and matches everything.
    pub(crate) root: Option<Node>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) slots: Vec<Slot>,
}

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) at: usize,
    /// Names of the groups around it, from the outermost.
    pub(crate) groups: Vec<String>,
    /// Brackets that are open there.
    pub(crate) depth: usize,
    pub(crate) wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    Term,
    /// Behind a token and its sign.
    Value {
        name: String,
    },
    /// Behind `is`, or `is not`.
    Null {
        negated: bool,
    },
    /// `and`, `or`, `)`.
    AfterTerm {
        /// The free text that stands before it, which may be the name of a token that goes on.
        free: Option<Value>,
    },
    /// `,` or `]`.
    AfterItem,
}

pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    problems: Vec<Problem>,
    slots: Vec<Slot>,
    groups: Vec<String>,
    terms: usize,
    depth: usize,
    /// A limit was passed: nothing more is read or told.
    is_stopped: bool,
    /// Something just was wrong: that an operator lacks behind it is no news.
    is_recovering: bool,
}

/// Reads a text in NFC that was sent with at most [`crate::MAX_LENGTH`] characters. `is_known` tells the names of
/// tokens, of any entity.
pub(crate) fn parse(text: &str, is_known: &dyn Fn(&str) -> bool) -> Parsed {
    let mut parser = Parser {
        scanner: Scanner::new(text, is_known),
        problems: Vec::new(),
        slots: Vec::new(),
        groups: Vec::new(),
        terms: 0,
        depth: 0,
        is_stopped: false,
        is_recovering: false,
    };
    parser.scanner.skip_blanks();
    if parser.scanner.is_at_end() {
        parser.note(Wanted::Term);
        return Parsed { root: None, problems: parser.problems, slots: parser.slots };
    }
    let root = parser.or();
    Parsed { root: Some(root), problems: parser.problems, slots: parser.slots }
}

/// The tree of a text, with the names of [`Vocabulary::FETTLE`] known. Places are those of the text in NFC.
pub fn read(text: &str) -> Result<Node, Vec<Problem>> {
    if let Some(problem) = crate::check::too_long(text) {
        return Err(vec![problem]);
    }
    let Parsed { root, problems, .. } = parse(&Composed::new(text).text, &|name| Vocabulary::FETTLE.is_known(name));
    match root {
        Some(root) if problems.is_empty() => Ok(root),
        Some(_) => Err(problems),
        None => Ok(Node::And(Vec::new())),
    }
}

impl Parser<'_> {
    fn or(&mut self) -> Node {
        let mut nodes = vec![self.and()];
        while self.scanner.take_keyword(Keyword::Or) {
            nodes.push(self.and());
        }
        one_or(nodes, Node::Or)
    }

    fn and(&mut self) -> Node {
        let mut nodes = vec![self.unary()];
        loop {
            self.scanner.skip_blanks();
            if self.scanner.is_at_end() || self.scanner.keyword() == Some(Keyword::Or) {
                break;
            }
            if self.scanner.take_keyword(Keyword::And) {
                self.is_recovering = false;
                nodes.push(self.unary());
                continue;
            }
            match self.scanner.peek() {
                Some(')') if self.depth > 0 => break,
                Some(sign @ (')' | '[' | ']')) => self.stray(sign),
                _ if matches!(self.scanner.keyword(), Some(Keyword::Is | Keyword::Null)) => self.stray_keyword(),
                _ => {
                    let node = self.side_by_side();
                    nodes.push(node);
                }
            }
        }
        one_or(nodes, Node::And)
    }

    /// Two terms side by side are an error, not an `and`; the second is read as if there were one.
    fn side_by_side(&mut self) -> Node {
        let (start, word) = (self.scanner.at(), self.scanner.next_thing());
        let is_unknown = self.scanner.is_unknown_name_of_term();
        if !self.is_recovering {
            let problem = Problem::new(
                Code::MissingOperator,
                Span::between(start, start + word.chars().count()),
                format!("an operator lacks before `{word}`"),
            );
            let help = "join the two with `and` or `or`, or put text of several words into quotes";
            self.tell(problem.help(help).suggest(["and", "or"]));
        }
        let node = self.unary();
        // What looks like a token of that name most often is text.
        if is_unknown { Node::Wrong(node.span()) } else { node }
    }

    fn unary(&mut self) -> Node {
        let mut negation: Option<Span> = None;
        loop {
            self.scanner.skip_blanks();
            self.note(Wanted::Term);
            let start = self.scanner.at();
            if !self.scanner.take_keyword(Keyword::Not) {
                break;
            }
            self.is_recovering = false;
            // Two negations are none.
            negation = match negation {
                None => Some(Span::between(start, self.scanner.at())),
                Some(_) => None,
            };
        }
        let node = self.primary();
        match negation {
            Some(span) => Node::Not(span, Box::new(node)),
            None => node,
        }
    }

    fn primary(&mut self) -> Node {
        let start = self.scanner.at();
        match self.scanner.peek() {
            None => return self.expected_term(),
            Some('(') => return self.brackets(),
            Some(')') if self.depth > 0 => return self.expected_term(),
            Some(sign @ (')' | '[' | ']')) => {
                self.stray(sign);
                return Node::Wrong(Span::between(start, self.scanner.at()));
            }
            Some(_) => {}
        }
        match self.scanner.keyword() {
            Some(Keyword::And | Keyword::Or | Keyword::Not) => return self.expected_term(),
            Some(Keyword::Is | Keyword::Null) => {
                self.stray_keyword();
                return Node::Wrong(Span::between(start, self.scanner.at()));
            }
            None => {}
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            let message = format!("the query has more than {MAX_TERMS} terms");
            let problem = Problem::new(Code::TooComplex, self.scanner.next_span(), message);
            return self.stop(problem.help("a list, such as `name:[a,b,c]`, is one term"));
        }
        let node = self.term();
        if !matches!(node, Node::Wrong(_)) {
            self.is_recovering = false;
        }
        node
    }

    fn brackets(&mut self) -> Node {
        let start = self.scanner.at();
        if let Some(wrong) = self.enter(start) {
            return wrong;
        }
        self.scanner.advance(1);
        // What is wrong inside is no excuse for what lacks behind.
        let node = self.or();
        if self.leave(start) {
            self.note_after_term(None);
        }
        node
    }

    /// One level deeper; a node if that is one too many.
    fn enter(&mut self, start: usize) -> Option<Node> {
        self.depth += 1;
        (self.depth > MAX_DEPTH).then(|| {
            let message = format!("brackets are nested deeper than {MAX_DEPTH} levels");
            self.stop(Problem::new(Code::TooComplex, Span::new(start, 1), message))
        })
    }

    /// Takes the `)` to the bracket at `start`, if it is there.
    fn leave(&mut self, start: usize) -> bool {
        self.depth -= 1;
        self.scanner.skip_blanks();
        let is_closed = self.scanner.take(')');
        if !is_closed {
            self.unterminated(start, "(", ")");
        }
        is_closed
    }

    fn unterminated(&mut self, start: usize, opened: &str, closing: &str) {
        // An open quote swallowed what would have closed the brackets around it.
        if self.scanner.is_open_quote {
            return;
        }
        let span = Span::new(start, opened.chars().count());
        let problem = Problem::new(Code::Unterminated, span, format!("`{opened}` is not closed"));
        self.tell(problem.help(format!("close it with `{closing}`")).suggest([closing]));
    }

    fn expected_term(&mut self) -> Node {
        let span = self.scanner.next_span();
        let found = self.scanner.found();
        if !self.is_recovering {
            let problem = Problem::new(Code::Syntax, span, format!("expected a term, found {found}"));
            self.tell(problem.help("a term is `token:value`, a text, or brackets").suggest([
                "token:value",
                "\"text\"",
                "(",
            ]));
        }
        Node::Wrong(span)
    }

    fn stray(&mut self, sign: char) {
        let start = self.scanner.at();
        let problem = Problem::new(Code::Syntax, Span::new(start, 1), format!("`{sign}` is not expected here"));
        let help = match sign {
            '[' => "a list or a range stands behind a token: `name:[a,b]`",
            _ => "there is no bracket that it would close",
        };
        if !self.is_recovering {
            self.tell(problem.help(help));
        }
        self.scanner.advance(1);
        self.is_recovering = true;
    }

    fn stray_keyword(&mut self) {
        let span = self.scanner.next_span();
        let problem = Problem::new(Code::Syntax, span, format!("{} is not expected here", self.scanner.found()));
        if !self.is_recovering {
            self.tell(problem.help("to search for the word, quote it; to ask for no value, write `token is null`"));
        }
        self.scanner.advance(span.length);
        self.is_recovering = true;
    }

    fn tell(&mut self, problem: Problem) {
        if !self.is_stopped {
            self.problems.push(problem);
        }
    }

    fn stop(&mut self, problem: Problem) -> Node {
        let span = problem.span;
        self.tell(problem);
        self.is_stopped = true;
        self.scanner.skip_to_end();
        Node::Wrong(span)
    }

    fn note(&mut self, wanted: Wanted) {
        let slot = Slot { at: self.scanner.at(), groups: self.groups.clone(), depth: self.depth, wanted };
        self.slots.push(slot);
    }

    fn note_after_term(&mut self, free: Option<Value>) {
        self.note(Wanted::AfterTerm { free });
    }

    fn name(&mut self, length: usize) -> Name {
        let start = self.scanner.at();
        let text = self.scanner.slice(start, start + length);
        self.scanner.advance(length);
        Name { text, span: Span::new(start, length) }
    }
}

fn one_or(mut nodes: Vec<Node>, many: impl Fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => many(nodes),
    }
}

/// True for what is read as itself wherever a value may stand: no sign, blank, bracket, quote, wildcard or keyword.
pub(crate) fn is_plain_word(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '~' | '+' | '%' | '@');
    !text.is_empty() && text.chars().all(is_plain) && !text.contains("..") && Keyword::of(text).is_none()
}
