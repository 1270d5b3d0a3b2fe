//! Pages of histories. Ids of histories are of version 7: newest first is descending id, and a page begins below the
//! last id of the one before.

use uuid::Uuid;

/// What to list. Unset fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFilter {
    /// Case-insensitive part of a name.
    pub search: Option<String>,
    /// Name of a state or status.
    pub state: Option<String>,
    /// [`Page::next`] of the page before.
    pub after: Option<Uuid>,
    /// Most rows; 1–1,000.
    pub limit: u32,
}

impl ListFilter {
    /// The search as a pattern for `lower(column) LIKE $n ESCAPE '\'`.
    pub(crate) fn pattern(&self) -> Option<String> {
        let search = self.search.as_deref()?.trim();
        (!search.is_empty()).then(|| {
            let escaped = search.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{escaped}%")
        })
    }

    /// One row more than asked for, which tells whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.limit.clamp(1, 1_000)) + 1
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Rows that match, on all pages.
    pub total: u64,
    /// For [`ListFilter::after`]; `None` on the last page.
    pub next: Option<Uuid>,
}

impl<T> Page<T> {
    pub(crate) fn new(mut items: Vec<T>, total: u64, filter: &ListFilter, id: impl Fn(&T) -> Uuid) -> Self {
        let limit = usize::try_from(filter.fetch() - 1).unwrap_or(1_000);
        let is_more = items.len() > limit;
        items.truncate(limit);
        let next = if is_more { items.last().map(id) } else { None };
        Self { items, total, next }
    }
}
