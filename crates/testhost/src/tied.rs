//! Programs that end with the test that started them, even where that is killed.

use std::ffi::OsStr;
use std::process::Command;

/// A command that the kernel kills when the thread that spawns it ends. The process id is the program's own.
pub fn tied(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(program);
    command
}
