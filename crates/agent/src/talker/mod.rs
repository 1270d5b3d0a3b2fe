//! The talker: the part with the network. It enrols, checks in, sends what the keeper has, and hands on what the
//! server says (`agent.md` 3).

pub mod client;
pub mod conversation;
pub mod enrolment;
pub mod hold;
pub mod image;
mod outbox;
mod sending;
pub mod session;
pub mod wait;

pub use conversation::{Talker, run};

use std::io;

use self::client::Client;
use self::session::TalkerFolder;
use crate::server_trust::ClientIdentity;
use crate::settings::Settings;

/// A client with the stored certificate.
pub fn server_client(settings: &Settings, folder: &TalkerFolder) -> io::Result<Client> {
    let pair = folder.text("tls.crt")?;
    let ca = folder.text("ca.crt")?;
    let identity = pair.as_deref().map(|pair| ClientIdentity { certificate: pair, key: pair });
    Client::new(settings, ca.as_deref(), identity).map_err(io::Error::other)
}
