//! A program that must not outlive its parent: asks the kernel for that, then becomes the program. A process of its own
//! can do so without unsafe code, where a hook between fork and exec could not.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::process::Signal;

use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct WithParent {
    /// Process id of the parent
    #[arg(long)]
    parent: i32,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    program: Vec<OsString>,
}

/// Returns only when it failed.
pub(crate) fn run(with_parent: &WithParent) -> Failure {
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(Signal::TERM)) {
        return Failure::Agent(format!("the agent cannot be bound to this process: {error}"));
    }
    // The parent may have ended before the request: then nobody would send the signal.
    let parent = rustix::process::getppid().map(|parent| parent.as_raw_nonzero().get());
    if parent != Some(with_parent.parent) {
        return Failure::Agent("the process that started this one has ended".to_owned());
    }
    let (program, arguments) = with_parent.program.split_first().expect("clap asks for at least one");
    let error = Command::new(program).args(arguments).exec();
    Failure::Agent(format!("{} cannot be started: {error}", program.to_string_lossy()))
}
