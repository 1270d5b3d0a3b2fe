//! What all lists share: search, sort, page; total and facets.

use fettle_index::query::{Facet as IndexFacet, Page as IndexPage};
use fettle_store::ListFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;

/// `limit` rows from `after` on.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paging {
    /// Words that must all occur.
    #[serde(default)]
    pub search: String,
    /// A column; with a leading `-` from the largest to the smallest.
    pub sort: Option<String>,
    /// 1–1,000; 50.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Paging {
    pub(super) fn limit(&self) -> Result<usize, ApiError> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=1_000 => Ok(limit),
            _ => Err(ApiError::invalid_field("limit", "a page has 1 to 1,000 rows")),
        }
    }

    /// For lists of the index, whose cursor is the number of rows before the page.
    pub(super) fn page(&self) -> Result<IndexPage, ApiError> {
        let offset = match &self.after {
            None => 0,
            Some(text) => {
                text.parse().map_err(|_| ApiError::invalid_field("after", "this is no cursor of this list"))?
            }
        };
        Ok(IndexPage { offset, limit: self.limit()? })
    }

    /// For histories, whose cursor is the last id of the page before.
    pub(super) fn history(&self, state: Option<String>) -> Result<ListFilter, ApiError> {
        let after = self.after.as_deref().map(str::parse).transpose();
        Ok(ListFilter {
            search: Some(self.search.clone()).filter(|search| !search.trim().is_empty()),
            state,
            after: after.map_err(|_| ApiError::invalid_field("after", "this is no cursor of this list"))?,
            limit: u32::try_from(self.limit()?).map_err(ApiError::internal)?,
        })
    }

    /// The column and whether it is descending.
    pub(super) fn sort(&self) -> (Option<&str>, bool) {
        match self.sort.as_deref().filter(|sort| !sort.is_empty()) {
            None => (None, false),
            Some(sort) => (Some(sort.trim_start_matches('-')), sort.starts_with('-')),
        }
    }
}

pub(super) fn unknown_sort(column: &str) -> ApiError {
    ApiError::invalid_field("sort", format!("this list cannot be sorted by `{column}`"))
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listing<T> {
    pub items: Vec<T>,
    pub total: usize,
    pub next: Option<String>,
    pub facets: Vec<Facet>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Facet {
    pub name: String,
    pub values: Vec<FacetValue>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FacetValue {
    pub value: String,
    pub label: String,
    pub count: usize,
}

/// The largest values of a facet that are shown.
const FACET_VALUES: usize = 10;

impl<T> Listing<T> {
    pub fn new(items: Vec<T>, total: usize, page: IndexPage, facets: Vec<IndexFacet>) -> Self {
        let end = page.offset + items.len();
        let next = (end < total && !items.is_empty()).then(|| end.to_string());
        Self { items, total, next, facets: facets.into_iter().map(facet).collect() }
    }

    /// A page of rows that are all at hand.
    pub fn of_all(all: Vec<T>, page: IndexPage, facets: Vec<IndexFacet>) -> Self {
        let total = all.len();
        let items = all.into_iter().skip(page.offset).take(page.limit).collect();
        Self::new(items, total, page, facets)
    }
}

fn facet(facet: IndexFacet) -> Facet {
    let values = facet.values.into_iter().take(FACET_VALUES);
    Facet {
        name: facet.name.to_owned(),
        values: values
            .map(|value| FacetValue { label: value.value.clone(), value: value.value, count: value.count })
            .collect(),
    }
}

/// `yes` or `no` in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum YesNo {
    Yes,
    No,
}

impl From<YesNo> for bool {
    fn from(value: YesNo) -> Self {
        value == YesNo::Yes
    }
}
