//! Distinct texts one behind the other in one piece of memory, each with a code and a number of holders. A million names
//! as values of their own would each take an allocation, and a search for a piece of one would look at each; here it runs
//! through all of them at once.

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use fettle_qql::sieve::{Sieve, Told};
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Stands behind each text: no piece of a word reaches over it.
const END: u8 = b'\0';
/// Fewer texts that nobody holds are left where they are.
const FEW: usize = 64;

/// Code `n`, from 1 on, stands at `n - 1` of `spans`. Codes rise in the order of the texts in memory.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    all: String,
    spans: Vec<Span>,
    by_text: HashTable<u32>,
    /// Codes of texts with other signs than those of ASCII, which fold otherwise than byte by byte, or with [`END`].
    others: Vec<u32>,
    has_capitals: bool,
    /// What stands between words of texts of ASCII, and [`END`], in order.
    separators: Vec<u8>,
    /// Texts that nobody holds.
    idle: usize,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    /// Where [`END`] stands behind the text; the next begins behind that.
    end: u32,
    holders: u32,
}

impl Texts {
    /// Of a text that somebody holds.
    pub(super) fn get(&self, code: u32) -> Option<&str> {
        let at = (code as usize).checked_sub(1)?;
        (self.spans.get(at)?.holders > 0).then(|| self.text(at))
    }

    pub(crate) const fn highest_code(&self) -> usize {
        self.spans.len()
    }

    /// Texts that somebody holds, by code.
    pub(super) fn held(&self) -> impl Iterator<Item = (u32, &str)> {
        let places = (1u32..).zip(self.spans.iter().enumerate());
        places.filter(|(_, (_, span))| span.holders > 0).map(|(code, (at, _))| (code, self.text(at)))
    }

    /// Of a text that somebody holds.
    pub(crate) fn code_of(&self, text: &str) -> Option<u32> {
        self.by_text.find(hash(text), |code| self.text(*code as usize - 1) == text).copied()
    }

    /// One more holder of a text; true where it is new.
    pub(crate) fn hold(&mut self, text: &str) -> (u32, bool) {
        if let Some(code) = self.code_of(text) {
            self.spans[code as usize - 1].holders += 1;
            return (code, false);
        }
        self.all.push_str(text);
        self.spans.push(Span { end: place(self.all.len()), holders: 1 });
        self.all.push(char::from(END));
        let code = place(self.spans.len());
        if !text.is_ascii() || text.as_bytes().contains(&END) {
            self.others.push(code);
        }
        self.has_capitals |= text.bytes().any(|byte| byte.is_ascii_uppercase());
        self.note_separators(text);
        let Self { all, spans, by_text, .. } = self;
        by_text.insert_unique(hash(text), code, |code| hash(text_at(all, spans, *code as usize - 1)));
        (code, true)
    }

    /// One holder less.
    pub(crate) fn release(&mut self, code: u32) {
        let Some(at) = (code as usize).checked_sub(1) else { return };
        self.spans[at].holders -= 1;
        if self.spans[at].holders == 0 {
            self.idle += 1;
            if let Ok(entry) =
                self.by_text.find_entry(hash(text_at(&self.all, &self.spans, at)), |other| *other == code)
            {
                entry.remove();
            }
        }
    }

    /// Most texts are held by nobody.
    pub(crate) const fn is_mostly_idle(&self) -> bool {
        self.idle > FEW && self.idle > self.spans.len() / 2
    }

    /// Without texts that nobody holds, and the new code of each old one.
    pub(crate) fn compacted(&self) -> (Self, Vec<u32>) {
        let mut compacted = Self::default();
        let mut codes = vec![0; self.spans.len() + 1];
        for (code, text) in self.held() {
            let (new, _) = compacted.hold(text);
            compacted.spans[new as usize - 1].holders = self.spans[code as usize - 1].holders;
            codes[code as usize] = new;
        }
        compacted.shrink();
        (compacted, codes)
    }

    /// Gives back memory that was kept for more texts.
    pub(super) fn shrink(&mut self) {
        let Self { all, spans, by_text, .. } = self;
        all.shrink_to_fit();
        spans.shrink_to_fit();
        by_text.shrink_to_fit(|code| hash(text_at(all, spans, *code as usize - 1)));
    }

    /// Marks the codes of texts for which it holds. `matches` holds for nothing that the sieve keeps back.
    pub(crate) fn mark(&self, sieve: &Sieve, matches: impl Fn(&str) -> bool) -> Vec<bool> {
        let mut wanted = vec![false; self.spans.len() + 1];
        let Some(needles) = sieve.needles() else {
            self.held().filter(|(_, text)| matches(text)).for_each(|(code, _)| wanted[code as usize] = true);
            return wanted;
        };
        for code in &self.others {
            wanted[*code as usize] = self.get(*code).is_some_and(&matches);
        }
        let lower = self.lower();
        for needle in needles {
            // The first text has no sign before it.
            if needle.begins(&lower) {
                wanted[1] |= self.get(1).is_some_and(&matches);
            }
            for (way, piece_at) in needle.ways(&self.separators, END) {
                let (mut from, mut at) = (0, 0);
                while let Some(found) = way.find(lower.get(from..).unwrap_or_default()) {
                    let found = from + found + piece_at;
                    // Most are told by the signs beside them, before it is known of which text they are.
                    let told = needle.tell(&lower, found, END);
                    if told == Told::No {
                        from = found + 1 - piece_at;
                        continue;
                    }
                    at = self.at_or_behind(at, found);
                    let (begin, end) = self.range(at);
                    let text = &lower[begin..end];
                    let is_told = told == Told::Matches && text.is_ascii() && !text.contains(&END);
                    wanted[at + 1] |= self.spans[at].holders > 0 && (is_told || matches(self.text(at)));
                    // The sign behind it may be the one before the next.
                    from = end + 1 - piece_at;
                }
            }
        }
        wanted
    }

    fn note_separators(&mut self, text: &str) {
        for sign in text.bytes().chain([END]).filter(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric()) {
            if let Err(at) = self.separators.binary_search(&sign) {
                self.separators.insert(at, sign);
            }
        }
    }

    /// Of which text a place is; of none before `at`. Found texts lie close to each other, as a rule.
    fn at_or_behind(&self, at: usize, place: usize) -> usize {
        let is_before = |span: &Span| (span.end as usize) < place;
        let (mut from, mut step) = (at, 1);
        while self.spans.get(from + step).is_some_and(is_before) {
            from += step;
            step *= 2;
        }
        let to = self.spans.len().min(from + step + 1);
        from + self.spans[from..to].partition_point(is_before)
    }

    /// All texts, those of ASCII without capitals.
    fn lower(&self) -> Cow<'_, [u8]> {
        if !self.has_capitals {
            return Cow::Borrowed(self.all.as_bytes());
        }
        Cow::Owned(self.all.as_bytes().to_ascii_lowercase())
    }

    fn text(&self, at: usize) -> &str {
        text_at(&self.all, &self.spans, at)
    }

    fn range(&self, at: usize) -> (usize, usize) {
        range(&self.spans, at)
    }
}

fn range(spans: &[Span], at: usize) -> (usize, usize) {
    let begin = at.checked_sub(1).map_or(0, |before| spans[before].end as usize + 1);
    (begin, spans[at].end as usize)
}

fn text_at<'t>(all: &'t str, spans: &[Span], at: usize) -> &'t str {
    let (begin, end) = range(spans, at);
    &all[begin..end]
}

fn place(place: usize) -> u32 {
    u32::try_from(place).expect("the texts of a block are less than 4 GiB")
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}
