//! Assets.

pub mod deployments;
pub mod explain;
pub mod list;
pub mod patches;
pub mod retire;
pub mod row;
pub mod scan;
pub mod show;
pub mod software;
