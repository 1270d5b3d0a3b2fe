//! `POST v1/goodbye` (`agent.md` 8.3): the agent is being uninstalled; its asset is retired and its certificate revoked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goodbye {
    pub incarnation: u32,
    /// The last that the server gave.
    pub token: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GoodbyeAnswer {
    pub server_time: Timestamp,
}
