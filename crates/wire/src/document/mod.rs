//! Documents that are signed (`agent.md` 4): who allowed what, and what one agent shall do.

pub mod authorisation;
pub mod manifest;
pub mod trust;

pub use authorisation::Authorisation;
pub use manifest::Manifest;
pub use trust::TrustStatement;
