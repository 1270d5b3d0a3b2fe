//! Questions: lists of assets, patches and vulnerabilities with total, page and facets, and the findings of one asset.
//!
//! A query takes all it wants from a block under one read lock, block after block; so an asset is never seen
//! half-changed, and count, page and facets of one answer agree.

mod affected;
mod assets;
mod findings;
pub(crate) mod overdue;
mod overview;
mod patches;
mod priority;
mod unread;
mod vulnerabilities;

pub use assets::{AssetFilter, AssetPage, AssetRow, AssetSort};
pub use findings::{Finding, FindingCount};
pub use overview::Overview;
pub use patches::{PatchFilter, PatchPage, PatchRow, PatchSort};
pub use priority::Priority;
pub use unread::Unread;
pub(crate) use vulnerabilities::row as vulnerability_row;
pub use vulnerabilities::{VulnerabilityFilter, VulnerabilityPage, VulnerabilityRow, VulnerabilitySort};

/// Which part of a list is wanted: `limit` rows from `offset` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub offset: usize,
    pub limit: usize,
}

/// How often a value occurs among the rows that match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetValue {
    pub value: String,
    pub count: usize,
}

/// A column's values, most frequent first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    pub name: &'static str,
    pub values: Vec<FacetValue>,
}

/// Counts values while rows are walked.
#[derive(Debug, Default)]
struct FacetCounter(rustc_hash::FxHashMap<String, usize>);

impl FacetCounter {
    fn add(&mut self, value: &str) {
        match self.0.get_mut(value) {
            Some(count) => *count += 1,
            None => {
                self.0.insert(value.to_owned(), 1);
            }
        }
    }

    fn finish(self, name: &'static str) -> Facet {
        let mut values: Vec<_> = self.0.into_iter().map(|(value, count)| FacetValue { value, count }).collect();
        values.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
        Facet { name, values }
    }
}

/// Simple text search: every word must occur somewhere in the text, ignoring case.
#[derive(Debug, Clone, Default)]
struct Words(Vec<String>);

impl Words {
    fn new(search: &str) -> Self {
        Self(search.split_whitespace().map(str::to_lowercase).collect())
    }

    fn match_any(&self, texts: &[&str]) -> bool {
        self.0.iter().all(|word| texts.iter().any(|text| text.to_lowercase().contains(word.as_str())))
    }
}
