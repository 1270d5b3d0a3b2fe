//! Hosts and repositories for tests, free of the server: signed apt repositories that are made on the spot, a small
//! HTTP server for them, and machines to scan and patch.

pub mod demo;
pub mod host;
pub mod machine;
pub mod package;
pub mod repository;
pub mod serve;
mod tied;
mod tool;

pub use host::Host;
pub use machine::MachineRoot;
pub use package::Package;
pub use repository::{Fault, Repository};
pub use serve::FileServer;
pub use tied::tied;
pub use tool::{lacking, run};
