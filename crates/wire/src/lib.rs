//! What agent and server say to each other (`agent.md` 2 to 4), version 1.
//!
//! `message` holds the bodies of the agent channel, `document` what is signed. Both sides read tolerantly: an unknown
//! field is ignored, a missing one or a wrong type is an error. Signed bytes are kept and forwarded as they came.

pub mod code;
pub mod component;
pub mod depth;
pub mod document;
pub mod dsse;
pub mod fingerprint;
pub mod key;
pub mod limit;
pub mod message;
pub mod scan;
pub mod sha256;

pub use code::Code;
pub use component::WireComponent;
pub use dsse::{Envelope, PayloadType};
pub use fingerprint::Fingerprint;
pub use key::{KeyId, PublicKey, SigningKey};
pub use sha256::sha256;

/// The version in the path of every call: `…/agent/v1/check-in`.
pub const WIRE_VERSION: u32 = 1;
