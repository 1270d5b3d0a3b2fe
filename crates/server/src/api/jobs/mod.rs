//! Jobs, runs, deployments, dry runs.

pub mod clone;
pub mod create;
pub mod delete;
pub mod deployment;
pub mod deployments;
pub mod dry_run;
pub mod enable;
pub mod list;
pub mod row;
pub mod run;
pub mod show;
