//! A real server and real agents for tests: everything between them goes over the ports that they would use.
//!
//! [`TestApp`] runs the server in this process, on loopback ports and a database of its own. [`TestAgent`] speaks the
//! agent channel as an agent does, and can also be made to misbehave. [`Connection`] is the plain client below it, which
//! counts the bytes that it sends and receives.

mod agent;
mod app;
mod connection;
mod sample;
mod tls;
mod wait;

pub use agent::{Enrolment, TestAgent, json, packed};
pub use app::{Answer, TestApp};
pub use connection::{Connection, Counted, Received, SendError, exchange_raw};
pub use sample::{deb, facts, hash_of, offer, offer_details, os, repo, scan};
pub use tls::{AgentTls, ClientKey};
pub use wait::eventually;
