//! The server as its clients see it: over its ports, on a database of its own.

mod access;
mod advisories;
mod changelogs;
mod decisions;
mod enrolment;
mod hostile;
mod identity;
mod imports;
mod jobs;
mod nvd;
mod openapi;
mod patches;
mod qql;
mod queries;
mod questions;
mod reports;
mod restart;
mod sync;
mod tags;
mod tokens;
mod tracker;
mod updateinfo;
mod vulnerability_facts;
mod windows_updates;
