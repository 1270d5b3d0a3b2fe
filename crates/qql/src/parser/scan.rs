//! Characters: blanks, names, keywords, signs and words (`qql.md` 1).

use crate::ast::{Comparison, Style};
use crate::span::Span;
use crate::text::composed;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
    Is,
    Null,
}

impl Keyword {
    pub(super) fn of(word: &str) -> Option<Self> {
        let keywords =
            [("and", Self::And), ("or", Self::Or), ("not", Self::Not), ("is", Self::Is), ("null", Self::Null)];
        keywords.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, keyword)| *keyword)
    }
}

/// Where words stand, and so what ends them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Free,
    Value,
    /// Inside `[ … ]`: a comma ends a word, and `..` does.
    List,
    /// A bound: `..` ends a word.
    Range,
}

pub(super) struct Scanner<'a> {
    characters: Vec<char>,
    at: usize,
    is_known: &'a dyn Fn(&str) -> bool,
    /// The text ends inside a quote.
    pub(super) is_open_quote: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &str, is_known: &'a dyn Fn(&str) -> bool) -> Self {
        Self { characters: text.chars().collect(), at: 0, is_known, is_open_quote: false }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    pub(super) fn go(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn advance(&mut self, characters: usize) {
        self.at = (self.at + characters).min(self.characters.len());
    }

    pub(super) fn skip_to_end(&mut self) {
        self.at = self.characters.len();
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.characters.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.peek_at(self.at)
    }

    /// Does the text, or what stands in brackets, end after so many characters?
    pub(super) fn is_last(&self, characters: usize) -> bool {
        matches!(self.peek_at(self.after_blanks(self.at + characters)), None | Some(')' | ']'))
    }

    fn peek_at(&self, at: usize) -> Option<char> {
        self.characters.get(at).copied()
    }

    pub(super) fn skip_blanks(&mut self) {
        self.at = self.after_blanks(self.at);
    }

    fn after_blanks(&self, from: usize) -> usize {
        let blanks = self.characters[from..].iter().take_while(|c| c.is_whitespace()).count();
        from + blanks
    }

    pub(super) fn take(&mut self, sign: char) -> bool {
        let is_there = self.peek() == Some(sign);
        self.at += usize::from(is_there);
        is_there
    }

    /// Takes `..`.
    pub(super) fn take_dots(&mut self) -> bool {
        let is_there = self.is_dots(self.at);
        self.at += if is_there { 2 } else { 0 };
        is_there
    }

    fn is_dots(&self, at: usize) -> bool {
        self.peek_at(at) == Some('.') && self.peek_at(at + 1) == Some('.')
    }

    /// In NFC.
    pub(super) fn slice(&self, start: usize, end: usize) -> String {
        composed(&self.characters[start..end].iter().collect::<String>())
    }

    pub(super) fn keyword(&self) -> Option<Keyword> {
        self.keyword_at(self.at, Place::Free)
    }

    pub(super) fn keyword_at(&self, at: usize, place: Place) -> Option<Keyword> {
        let end = self.word_end(at, place);
        // None is longer.
        if end - at > 4 { None } else { Keyword::of(&self.characters[at..end].iter().collect::<String>()) }
    }

    pub(super) fn take_keyword(&mut self, wanted: Keyword) -> bool {
        self.skip_blanks();
        let is_there = self.keyword() == Some(wanted);
        if is_there {
            self.at = self.word_end(self.at, Place::Free);
        }
        is_there
    }

    /// How many characters of a name stand at `at`: letters, digits and single dots, beginning with a letter.
    fn name_length(&self, at: usize) -> usize {
        match self.peek_at(at) {
            Some(first) if first.is_alphabetic() => {
                let is_of_name = |place: &usize| {
                    let c = self.characters[*place];
                    c.is_alphanumeric() || c == '.' && !self.is_dots(*place)
                };
                (at..self.characters.len()).take_while(is_of_name).count()
            }
            _ => 0,
        }
    }

    /// The length of a name that a sign or `is` follows: a term begins.
    pub(super) fn name_of_term(&self) -> Option<usize> {
        let length = self.name_length(self.at);
        (length > 0 && (self.is_sign_after(self.at + length) || self.is_null_test(self.at + length))).then_some(length)
    }

    pub(super) fn is_unknown_name_of_term(&self) -> bool {
        self.name_of_term().is_some_and(|length| !(self.is_known)(&self.slice(self.at, self.at + length)))
    }

    fn is_sign_after(&self, at: usize) -> bool {
        matches!(self.peek_at(self.after_blanks(at)), Some(':' | '<' | '>' | '='))
    }

    fn is_null_test(&self, at: usize) -> bool {
        let next = self.after_blanks(at);
        next > at && self.keyword_at(next, Place::Free) == Some(Keyword::Is)
    }

    /// Takes `>=`, `<=`, `>` or `<`, or `=`, which is none.
    pub(super) fn take_comparison(&mut self) -> Option<Comparison> {
        let next = self.peek_at(self.at + 1);
        let (comparison, length) = match self.peek()? {
            '>' if next == Some('=') => (Some(Comparison::GreaterOrEqual), 2),
            '<' if next == Some('=') => (Some(Comparison::LessOrEqual), 2),
            '>' => (Some(Comparison::Greater), 1),
            '<' => (Some(Comparison::Less), 1),
            '=' => (None, 1),
            _ => return None,
        };
        self.at += length;
        comparison
    }

    fn word_end(&self, at: usize, place: Place) -> usize {
        let mut end = at;
        while let Some(c) = self.peek_at(end) {
            let ends = match c {
                '(' | ')' | '[' | ']' => true,
                ',' => place == Place::List,
                '.' => matches!(place, Place::List | Place::Range) && self.is_dots(end),
                c => c.is_whitespace(),
            };
            if ends {
                break;
            }
            end += 1;
        }
        end
    }

    /// Takes the next word of an unquoted value, unless something else begins here.
    pub(super) fn take_word(&mut self, place: Place, is_first: bool) -> Option<Span> {
        let start = self.after_blanks(self.at);
        if matches!(self.peek_at(start), Some('"' | '\'' | '`')) || self.keyword_at(start, place).is_some() {
            return None;
        }
        if self.begins_term(start, place, is_first) {
            return None;
        }
        let end = self.word_end(start, place);
        if end == start {
            return None;
        }
        self.at = end;
        Some(Span::between(start, end))
    }

    /// In its first word a value ends before a known token alone, so that `address:fe80::1` needs no quotes; after that
    /// before any word of letters and dots with a sign behind it.
    fn begins_term(&self, at: usize, place: Place, is_first: bool) -> bool {
        let length = self.name_length(at);
        if length == 0 || is_first && place == Place::Free {
            return false;
        }
        let name = &self.characters[at..at + length];
        let is_known = || (self.is_known)(&name.iter().collect::<String>());
        let is_word = || name.iter().all(|c| c.is_alphabetic() || *c == '.');
        if self.is_sign_after(at + length) {
            is_known() || !is_first && is_word()
        } else {
            self.is_null_test(at + length)
        }
    }

    /// Does a word stand here that looks like a token with its sign?
    pub(super) fn is_like_term(&self, place: Place) -> bool {
        self.begins_term(self.after_blanks(self.at), place, false)
    }

    /// Takes a quoted text; `None` as its end: the text ends before the quote does.
    pub(super) fn take_quoted(&mut self) -> Option<(Style, String, Span)> {
        let start = self.at;
        let quote = self.peek().filter(|c| matches!(c, '"' | '\'' | '`'))?;
        let style = if quote == '`' { Style::Exact } else { Style::Quoted };
        let mut text = String::new();
        self.at += 1;
        while let Some(c) = self.peek() {
            self.at += 1;
            match (c, self.peek()) {
                ('\\', Some(escaped @ ('"' | '\'' | '`' | '\\'))) => {
                    self.at += 1;
                    text.push(escaped);
                }
                (c, _) if c == quote => return Some((style, composed(&text), Span::between(start, self.at))),
                (c, _) => text.push(c),
            }
        }
        self.is_open_quote = true;
        Some((style, composed(&text), Span::between(start, self.at)))
    }

    /// To the next `]`; false, and nothing is taken, if there is none.
    pub(super) fn skip_to_closing(&mut self) -> bool {
        match self.characters[self.at..].iter().position(|c| *c == ']') {
            Some(distance) => {
                self.at += distance;
                true
            }
            None => false,
        }
    }

    /// What stands next, as the messages name it: a word, a name without its sign, or one sign.
    pub(super) fn next_thing(&self) -> String {
        let span = self.next_span();
        self.slice(span.offset, span.end())
    }

    pub(super) fn next_span(&self) -> Span {
        let start = self.after_blanks(self.at);
        let length = match self.name_length(start) {
            length if length > 0 && self.is_sign_after(start + length) => length,
            _ => (self.word_end(start, Place::List) - start).max(usize::from(start < self.characters.len())),
        };
        Span::new(start, length)
    }

    pub(super) fn found(&self) -> String {
        match self.next_thing().as_str() {
            "" => "the end".to_owned(),
            thing => format!("`{thing}`"),
        }
    }
}
