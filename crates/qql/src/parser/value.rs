//! Values, lists and ranges.

use super::scan::Place;
use super::{MAX_VALUES, Parser, Wanted};
use crate::ast::{End, Limit, Name, Node, Operand, Style, Value};
use crate::error::{Code, Problem};
use crate::span::Span;

impl Parser<'_> {
    /// A value, or the place where none stood, which has been told.
    pub(super) fn value(&mut self, place: Place) -> Result<Value, Span> {
        self.scanner.skip_blanks();
        if let Some(value) = self.try_value(place) {
            return Ok(value);
        }
        let (span, found) = (self.scanner.next_span(), self.scanner.found());
        let problem = Problem::new(Code::Syntax, span, format!("expected a value, found {found}"));
        let help = match self.scanner.keyword() {
            Some(_) => "to search for the word, quote it",
            None if self.scanner.is_like_term(place) => {
                "a value that looks like a token with its sign has to be quoted"
            }
            None => "a value is one or several words, a text in quotes, a list `[a,b]` or a range `[a .. b]`",
        };
        self.tell(problem.help(help).suggest(["\"text\""]));
        self.is_recovering = true;
        // A keyword that joins nothing was meant as the value.
        if self.scanner.keyword().is_some() && self.scanner.is_last(span.length) {
            self.scanner.advance(span.length);
        }
        Err(span)
    }

    fn try_value(&mut self, place: Place) -> Option<Value> {
        let start = self.scanner.at();
        if let Some((style, text, span)) = self.scanner.take_quoted() {
            if self.scanner.is_open_quote {
                let quote = self.scanner.slice(start, start + 1);
                let named = if style == Style::Exact { "a backtick".to_owned() } else { format!("`{quote}`") };
                let problem = Problem::new(Code::Unterminated, Span::new(start, 1), format!("{named} is not closed"));
                self.tell(problem.help(format!("close it with {named}")).suggest([quote]));
            }
            return Some(Value { style, text, span });
        }
        let first = self.scanner.take_word(place, true)?;
        let (mut text, mut span) = (self.scanner.slice(first.offset, first.end()), first);
        while let Some(word) = self.scanner.take_word(place, false) {
            text.push(' ');
            text.push_str(&self.scanner.slice(word.offset, word.end()));
            span = span.to(word);
        }
        Some(Value { style: Style::Words, text, span })
    }

    /// `name:[ … ]`, where the scanner stands at the bracket.
    pub(super) fn list_or_range(&mut self, name: Name) -> Node {
        let start = self.scanner.at();
        self.scanner.advance(1);
        self.scanner.skip_blanks();
        if self.scanner.take(']') {
            let span = Span::between(start, self.scanner.at());
            let problem = Problem::new(Code::EmptyList, span, "a list names at least one value");
            self.tell(problem.help(format!("to ask for no value, write `{} is null`", name.text)));
            return Node::Wrong(name.span.to(span));
        }
        self.note(Wanted::Value { name: name.text.clone() });
        let Ok(first) = self.value(Place::List) else { return self.give_up(&name, start) };
        self.scanner.skip_blanks();
        if self.scanner.take_dots() {
            return self.range(&name, start, Limit { end: End::Included, value: bound(first) });
        }
        let mut values = vec![first];
        loop {
            self.scanner.skip_blanks();
            self.note(Wanted::AfterItem);
            if self.scanner.take(']') {
                return self.finish(name, Operand::List(values));
            }
            if !self.scanner.take(',') {
                self.expected_in_list();
                return self.give_up(&name, start);
            }
            self.scanner.skip_blanks();
            self.note(Wanted::Value { name: name.text.clone() });
            match self.value(Place::List) {
                Ok(value) if values.len() < MAX_VALUES => values.push(value),
                Ok(value) => {
                    let message = format!("a list has more than {MAX_VALUES} values");
                    return self.stop(Problem::new(Code::TooComplex, value.span, message));
                }
                Err(_) => return self.give_up(&name, start),
            }
        }
    }

    fn expected_in_list(&mut self) {
        if self.scanner.is_at_end() {
            return;
        }
        let (span, found) = (self.scanner.next_span(), self.scanner.found());
        let problem = if self.scanner.is_like_term(Place::List) {
            Problem::new(
                Code::MissingOperator,
                span,
                format!("`{}` looks like a token inside a list", found.trim_matches('`')),
            )
            .help("put the text into quotes, or close the list before it")
        } else {
            Problem::new(Code::Syntax, span, format!("expected `,` or `]`, found {found}"))
                .help("a value with a keyword, a bracket or `..` in it has to be quoted")
                .suggest([",", "]"])
        };
        self.tell(problem);
    }

    /// `name:( a .. b )`; nothing is taken, told or noted if it is none.
    pub(super) fn range_in_round_brackets(&mut self, name: &Name) -> Option<Node> {
        let (start, slots, problems) = (self.scanner.at(), self.slots.len(), self.problems.len());
        self.scanner.advance(1);
        self.scanner.skip_blanks();
        let first = self.try_value(Place::Range);
        self.scanner.skip_blanks();
        match first {
            Some(first) if self.scanner.take_dots() => {
                Some(self.range(name, start, Limit { end: End::LeftOut, value: bound(first) }))
            }
            _ => {
                self.slots.truncate(slots);
                self.problems.truncate(problems);
                self.scanner.is_open_quote = false;
                self.scanner.go(start);
                None
            }
        }
    }

    /// From behind `..` on.
    fn range(&mut self, name: &Name, start: usize, low: Limit) -> Node {
        self.scanner.skip_blanks();
        self.note(Wanted::Value { name: name.text.clone() });
        let Ok(high) = self.value(Place::Range) else { return self.give_up(name, start) };
        self.scanner.skip_blanks();
        let end = match self.scanner.peek() {
            Some(']') => End::Included,
            Some(')') => End::LeftOut,
            _ => {
                if !self.scanner.is_at_end() {
                    let message = format!("expected `]` or `)`, found {}", self.scanner.found());
                    let problem = Problem::new(Code::Syntax, self.scanner.next_span(), message);
                    self.tell(problem.suggest(["]", ")"]));
                }
                return self.give_up(name, start);
            }
        };
        self.scanner.advance(1);
        self.finish(name.clone(), Operand::Range(low, Limit { end, value: bound(high) }))
    }

    /// Goes on behind the list or range that begins at `start`, or says that it does not end.
    pub(super) fn give_up(&mut self, name: &Name, start: usize) -> Node {
        self.is_recovering = true;
        if self.scanner.skip_to_closing() {
            self.scanner.advance(1);
        } else {
            let opened = self.scanner.slice(start, start + 1);
            let closing = if opened == "[" { "]" } else { ")" };
            self.unterminated(start, &opened, closing);
        }
        Node::Wrong(Span::between(name.span.offset, self.scanner.at()))
    }
}

/// A lone `*` leaves an end open.
fn bound(value: Value) -> Option<Value> {
    Some(value).filter(|value| !value.is_lone_star())
}
