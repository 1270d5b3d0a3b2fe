//! The agent: what a machine has, what its package manager offers, and what is done to it (`agent.md`).
//!
//! `platform` is the one seam between the agent and a package manager. A scan runs in a child process of its own
//! ([`collector`]), so that its memory is given back.

pub mod changelog;
pub mod channel;
pub mod collector;
pub mod collector_process;
pub mod control;
pub mod entropy;
pub mod facts;
pub mod folder;
pub mod keeper;
pub mod key_pair;
pub mod limits;
pub mod platform;
pub mod process_watch;
pub mod scan;
pub mod scan_document;
pub mod self_check;
pub mod server_trust;
pub mod settings;
pub mod talker;
pub mod worker;

/// No machine's clock can be right that shows an earlier time than 14 April 2026: the compiler of this agent did not exist
/// yet.
pub const BUILT_AFTER: jiff::Timestamp = jiff::Timestamp::constant(1_776_124_800, 0);

/// Version of this agent, as it tells the server.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
