//! A fleet that does not exist: machines of some hundred images with drift, of several distributions and of Windows. The
//! reports of those that an agent could run on go through the server's own functions, and so do the advisories, updates
//! and vulnerabilities that concern them: everything is in the database as a real fleet would have left it.
//!
//! [`live`] lets agents of such machines speak to a server that runs.
//!
//! What the machines have, and how they change, follows from the seed alone. Ids, keys and tokens are random, as on any
//! server. Time is told by the simulation, back from its end: hosts enrol some weeks ago, and each round of updates is a
//! day. Advisories, articles and vulnerabilities have names that no real one has.

mod advisory;
mod archive;
mod blueprint;
mod bulk;
mod calendar;
mod catalogue;
mod chance;
mod facts;
mod host;
mod image;
mod life;
pub mod live;
mod machine;
mod report;
mod request;
mod rest;
mod run;
mod tags;
mod vulnerability;
mod windows;

pub use archive::Archive;
pub use chance::Chance;
pub use host::{Host, Upgrade};
pub use image::{Image, images};
pub use run::{Machines, Progress, SimulateError, Simulation, Stage, simulate};
