//! Who may come in: users, their sessions and tokens (`access.md` 5 and 7), and the keys that let agents enrol.

mod activation_keys;
mod sessions;
mod tokens;
mod users;

pub use activation_keys::{ActivationKey, ActivationKeys};
pub use sessions::{Session, Sessions};
pub use tokens::{ApiToken, Tokens};
pub use users::{User, UserStatus, Users};
