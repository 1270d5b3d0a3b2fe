//! The operator API `/v1` as a client sees it.

mod address;
pub(crate) mod asset;
pub(crate) mod catalogue;
mod client;
pub(crate) mod deployment;
pub(crate) mod dry_run;
pub(crate) mod exception;
pub(crate) mod job;
pub(crate) mod lookup;
pub(crate) mod patch;
pub(crate) mod server;
pub(crate) mod tag;
pub(crate) mod vulnerability;

use serde::Deserialize;

pub(crate) use address::Address;
pub(crate) use client::{Answer, Client, RefusedQuery};

/// One page of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Of all pages.
    pub(crate) total: u64,
    pub(crate) next: Option<String>,
}

/// A list that comes whole.
#[derive(Debug, Deserialize)]
pub(crate) struct Items<T> {
    pub(crate) items: Vec<T>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}
