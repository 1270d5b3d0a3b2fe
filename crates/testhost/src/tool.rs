//! Running the programs of Debian that make packages, indexes and signatures.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// Names which of `programs` this machine lacks, for a test to say why it is skipped; `None` when all are there.
pub fn lacking(programs: &[&str]) -> Option<String> {
    let found = |program: &&&str| {
        ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].iter().any(|folder| Path::new(folder).join(program).exists())
    };
    let lacking: Vec<&str> = programs.iter().filter(|program| !found(program)).copied().collect();
    (!lacking.is_empty()).then(|| format!("skipped: this machine lacks {}", lacking.join(", ")))
}

/// Runs a program to its end and returns its standard output; anything but exit code 0 is an error with what it said.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {shown}"))?;
    if !output.status.success() {
        bail!("{shown} ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
