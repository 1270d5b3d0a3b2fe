//! HTTP: the agent channel, the operator API, the console; and the recurring tasks.
//!
//! A handler parses, checks access, calls one function of `fleet` or one query of `store` or `index`, and renders.

pub mod agent_channel;
pub mod api;
mod config;
mod console;
mod feeds;
mod imports;
mod serve;
mod state;
mod tasks;

pub use config::Config;
pub use feeds::catalogue_feeds::{BadFeed, FeedSettings};
pub use feeds::nvd::{BadKey, Pace};
pub use serve::{Running, ServeError, StartError, crypto_provider, start};
pub use state::AppState;
