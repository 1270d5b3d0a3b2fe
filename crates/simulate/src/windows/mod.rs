//! Machines that run Windows, and the updates of Windows and of programs on it.

mod host;
pub(crate) mod month;
mod program;
mod release;
mod update;

pub(crate) use host::{Image, WindowsHost, images};
pub(crate) use update::updates;
