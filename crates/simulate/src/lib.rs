//! A fleet that does not exist: machines of some fifty images with drift, whose reports go through the server's own
//! functions, so that everything is in the database as a real fleet's reports would have left it.
//!
//! [`live`] lets agents of such machines speak to a server that runs.
//!
//! What the machines have, and how they change, follows from the seed alone. Ids, keys and tokens are random, as on any
//! server. Time is told by the simulation: hosts enrol some weeks ago, and each round of updates is a day.

mod archive;
mod bulk;
mod chance;
mod host;
mod image;
pub mod live;
mod report;
mod request;
mod run;

pub use archive::Archive;
pub use chance::Chance;
pub use host::{Host, Upgrade};
pub use image::{Image, images};
pub use run::{Enrolled, Progress, SimulateError, Simulation, Stage, enrol, simulate, upgrade_all};
