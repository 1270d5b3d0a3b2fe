//! The truth: everything that Fettle keeps, in SQLite or in PostgreSQL, by one text of SQL.
//!
//! [`Database::open`] opens either. [`Database::read`] lends a connection for questions; [`Database::write`] takes a
//! closure that one writer runs together with others in one transaction (group commit), and answers once it is durable.
//! Both hand out a [`Tx`], whose views (`tx.assets()`, `tx.jobs()` …) hold the statements: one file per table or two.
//! A row is a plain struct with the columns' names; it is loaded, changed and saved whole.
//!
//! What an index must see appends a row to the [`feed`] in the same transaction, by itself.

mod backfill;
mod column;
mod database;
mod error;
mod key;
mod list;
mod migration;
mod open;
mod sql;
mod tx;
mod writer;

pub mod access;
pub mod assets;
pub mod audit;
pub mod catalogue;
pub mod feed;
pub mod inventory;
pub mod jobs;
pub mod organisation;
pub mod packed;
pub mod query;
pub mod searches;
pub mod tags;

pub use database::{Backend, Database};
pub use error::{StoreError, WriteError};
pub use feed::FeedCursor;
pub use list::{ListFilter, Page};
pub use tx::Tx;
pub use writer::Committed;
