//! The command line against a server that speaks the contract: exit code, standard output and standard error.

mod catalogue;
mod contract;
mod errors;
mod files;
mod jobs;
mod lists;
mod qql;
mod query;
mod run;
mod sign_in;
mod simulate;
mod tags;
mod version;
mod vulnerabilities;
