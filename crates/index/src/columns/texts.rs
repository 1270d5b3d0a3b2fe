//! Distinct texts one behind the other in one piece of memory, each with a code and a number of holders. A million names
//! as values of their own would each take an allocation, and a search for a piece of one would look at each; here it runs
//! through all of them at once.

use std::borrow::Cow;
use std::hash::BuildHasher as _;

use fettle_qql::sieve::{Sieve, Told};
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Stands behind each text: no piece of a word reaches over it.
const END: char = '\0';
/// Fewer texts that nobody holds are left where they are.
const FEW: usize = 64;

/// Code `n`, from 1 on, stands at `n - 1` of `spans`. Codes rise in the order of the texts in memory.
#[derive(Debug, Default)]
pub(super) struct Texts {
    all: String,
    spans: Vec<Span>,
    by_text: HashTable<u32>,
    /// Codes of texts with other signs than those of ASCII, which fold otherwise than byte by byte.
    others: Vec<u32>,
    has_capitals: bool,
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

    pub(super) const fn highest_code(&self) -> usize {
        self.spans.len()
    }

    /// Texts that somebody holds, by code.
    pub(super) fn held(&self) -> impl Iterator<Item = (u32, &str)> {
        let places = (1u32..).zip(self.spans.iter().enumerate());
        places.filter(|(_, (_, span))| span.holders > 0).map(|(code, (at, _))| (code, self.text(at)))
    }

    /// One more holder of a text; true where it is new.
    pub(super) fn hold(&mut self, text: &str) -> (u32, bool) {
        if let Some(code) = self.by_text.find(hash(text), |code| self.text(*code as usize - 1) == text).copied() {
            self.spans[code as usize - 1].holders += 1;
            return (code, false);
        }
        self.all.push_str(text);
        self.spans.push(Span { end: place(self.all.len()), holders: 1 });
        self.all.push(END);
        let code = place(self.spans.len());
        if !text.is_ascii() {
            self.others.push(code);
        }
        self.has_capitals |= text.bytes().any(|byte| byte.is_ascii_uppercase());
        let Self { all, spans, by_text, .. } = self;
        by_text.insert_unique(hash(text), code, |code| hash(text_at(all, spans, *code as usize - 1)));
        (code, true)
    }

    /// One holder less.
    pub(super) fn release(&mut self, code: u32) {
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
    pub(super) const fn is_mostly_idle(&self) -> bool {
        self.idle > FEW && self.idle > self.spans.len() / 2
    }

    /// Without texts that nobody holds, and the new code of each old one.
    pub(super) fn compacted(&self) -> (Self, Vec<u32>) {
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
    pub(super) fn mark(&self, sieve: &Sieve, matches: impl Fn(&str) -> bool) -> Vec<bool> {
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
            let (mut from, mut at) = (0, 0);
            while let Some(found) = needle.find(lower.get(from..).unwrap_or_default()) {
                let found = from + found;
                at += self.spans[at..].partition_point(|span| (span.end as usize) < found);
                let (begin, end) = self.range(at);
                let told = needle.tell(&lower[begin..end], found - begin);
                wanted[at + 1] = wanted[at + 1]
                    || match told {
                        _ if self.spans[at].holders == 0 => false,
                        Told::Matches if lower[begin..end].is_ascii() => true,
                        Told::No => false,
                        Told::Matches | Told::Perhaps => matches(self.text(at)),
                    };
                // The same may stand in it again, at a place that says more.
                from = if told == Told::No { found + 1 } else { end + 1 };
            }
        }
        wanted
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
    let begin = at.checked_sub(1).map_or(0, |before| spans[before].end as usize + END.len_utf8());
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
