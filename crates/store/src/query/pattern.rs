//! Patterns of QQL as conditions on keys.

use fettle_qql::text::{Glyph, Pattern, Phrase};
use sea_query::{Expr, ExprTrait as _, LikeExpr};

use super::condition::Condition;

const ESCAPE: char = '!';

/// A pattern on the whole of a `keyword`'s key; exact. What begins alike is no range of an index: SQLite would take that
/// for few rows, and put them in order by itself where the list's own order has an index.
pub(super) fn whole(key: &Expr, pattern: &Pattern) -> Condition {
    if has_nul(pattern) {
        return Condition::Never;
    }
    match pattern.literal() {
        Some(literal) => Condition::Is(key.clone().eq(literal)),
        None => {
            let mut like = String::new();
            push(&mut like, pattern);
            Condition::Is(key.clone().like(LikeExpr::new(like).escape(ESCAPE)))
        }
    }
}

/// Whether a condition on a `text`'s key holds for just the rows that are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exactness {
    Exact,
    /// It holds for others too.
    More,
}

/// A phrase in a `text`'s key: its words between blanks.
pub(super) fn phrase(key: &Expr, phrase: &Phrase) -> (Condition, Exactness) {
    if phrase.words().is_empty() || phrase.words().iter().any(has_nul) {
        return (Condition::Never, Exactness::Exact);
    }
    let mut like = String::from("% ");
    for word in phrase.words() {
        push(&mut like, word);
        like.push(' ');
    }
    like.push('%');
    let condition = Condition::Is(key.clone().like(LikeExpr::new(like).escape(ESCAPE)));
    (condition, exactness(phrase))
}

/// `%` may reach into the next word and `_` may be a blank, so that only a `*` at the outer ends means the same.
fn exactness(phrase: &Phrase) -> Exactness {
    let last_word = phrase.words().len() - 1;
    let is_plain = |(place, word): (usize, &Pattern)| {
        let last = word.glyphs().len() - 1;
        word.glyphs().iter().enumerate().all(|(at, glyph)| match glyph {
            Glyph::Is(_) => true,
            Glyph::One => false,
            Glyph::Many => (place == 0 && at == 0) || (place == last_word && at == last),
        })
    };
    if phrase.words().iter().enumerate().all(is_plain) { Exactness::Exact } else { Exactness::More }
}

fn push(like: &mut String, pattern: &Pattern) {
    for glyph in pattern.glyphs() {
        match glyph {
            Glyph::Many => like.push('%'),
            Glyph::One => like.push('_'),
            Glyph::Is(c) => {
                if matches!(c, '%' | '_' | &ESCAPE) {
                    like.push(ESCAPE);
                }
                like.push(*c);
            }
        }
    }
}

/// No stored text has one, and PostgreSQL takes none.
fn has_nul(pattern: &Pattern) -> bool {
    pattern.glyphs().contains(&Glyph::Is('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_qql::ast::Style;

    #[test]
    fn stars_at_the_outer_ends_are_exact() {
        let exact = |text: &str| exactness(&Phrase::new(text, Style::Words));
        for text in ["web", "web-01", "we*", "*eb", "*e*", "web-0*", "*eb-01", "*"] {
            assert_eq!(exact(text), Exactness::Exact, "{text}");
        }
        for text in ["w*b", "w?b", "we*-01", "web-*1", "?eb"] {
            assert_eq!(exact(text), Exactness::More, "{text}");
        }
    }
}
