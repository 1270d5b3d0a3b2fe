//! Terms: a token with what is asked of it, or free text.

use super::scan::{Keyword, Place};
use super::{Parser, Wanted};
use crate::ast::{Comparison, Name, Node, Operand};
use crate::error::{Code, Problem};
use crate::span::Span;

impl Parser<'_> {
    pub(super) fn term(&mut self) -> Node {
        let Some(length) = self.scanner.name_of_term() else { return self.free() };
        let name = self.name(length);
        self.scanner.skip_blanks();
        if self.scanner.keyword() == Some(Keyword::Is) {
            return self.null_test(name);
        }
        if self.scanner.take(':') {
            self.scanner.skip_blanks();
        }
        let comparison = self.scanner.take_comparison();
        self.scanner.skip_blanks();
        self.note(Wanted::Value { name: name.text.clone() });
        match (comparison, self.scanner.peek()) {
            (Some(comparison), _) => self.compared(name, comparison),
            (None, Some('[')) => self.list_or_range(name),
            (None, Some('(')) => self.range_or_group(name),
            (None, _) => match self.value(Place::Value) {
                Ok(value) => self.finish(name, Operand::Is(value)),
                Err(wrong) => Node::Wrong(name.span.to(wrong)),
            },
        }
    }

    fn compared(&mut self, name: Name, comparison: Comparison) -> Node {
        let start = self.scanner.at();
        if matches!(self.scanner.peek(), Some('[' | '(')) {
            let message = format!("expected a value, found `{}`", self.scanner.next_thing());
            let problem = Problem::new(Code::Syntax, Span::new(start, 1), message);
            self.tell(problem.help(format!("`{}` compares with one value", comparison.sign())));
            return self.give_up(&name, start);
        }
        match self.value(Place::Value) {
            Ok(value) => self.finish(name, Operand::Compared(comparison, value)),
            Err(wrong) => Node::Wrong(name.span.to(wrong)),
        }
    }

    /// The whole term, from its name to where the scanner stands.
    pub(super) fn finish(&mut self, name: Name, operand: Operand) -> Node {
        let span = Span::between(name.span.offset, self.scanner.at());
        self.note_after_term(None);
        Node::Term { name, operand, span }
    }

    fn free(&mut self) -> Node {
        match self.value(Place::Free) {
            Ok(value) => {
                self.note_after_term(Some(value.clone()));
                Node::Free(value)
            }
            Err(wrong) => Node::Wrong(wrong),
        }
    }

    fn null_test(&mut self, name: Name) -> Node {
        self.scanner.take_keyword(Keyword::Is);
        self.scanner.skip_blanks();
        self.note(Wanted::Null { negated: false });
        let negated = self.scanner.take_keyword(Keyword::Not);
        if negated {
            self.scanner.skip_blanks();
            self.note(Wanted::Null { negated });
        }
        if !self.scanner.take_keyword(Keyword::Null) {
            let (expected, suggested): (_, &[&str]) =
                if negated { ("`null`", &["null"]) } else { ("`null` or `not null`", &["null", "not null"]) };
            let message = format!("expected {expected}, found {}", self.scanner.found());
            let problem = Problem::new(Code::Syntax, self.scanner.next_span(), message);
            let help = "to ask for a value, write `:` in place of `is`";
            self.tell(problem.help(help).suggest(suggested.iter().copied()));
            self.is_recovering = true;
            return Node::Wrong(Span::between(name.span.offset, self.scanner.at()));
        }
        let span = Span::between(name.span.offset, self.scanner.at());
        self.note_after_term(None);
        Node::Null { name, negated, span }
    }

    /// `name:( … )`: a range if `..` stands behind its first value, else a group.
    fn range_or_group(&mut self, name: Name) -> Node {
        let start = self.scanner.at();
        if let Some(range) = self.range_in_round_brackets(&name) {
            return range;
        }
        if let Some(wrong) = self.enter(start) {
            return wrong;
        }
        self.scanner.advance(1);
        self.groups.push(name.text.clone());
        let inner = Box::new(self.or());
        self.groups.pop();
        if self.leave(start) {
            self.note_after_term(None);
        }
        let span = Span::between(name.span.offset, self.scanner.at());
        Node::Group { name, inner, span }
    }
}
