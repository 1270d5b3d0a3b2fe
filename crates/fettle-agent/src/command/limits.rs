//! `limits check FILE`: whether a host limits file would be taken, before it is put into place.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use fettle_agent_core::limits::LimitsFile;

#[derive(Debug, clap::Args)]
pub(crate) struct Limits {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Checks a limits file as the agent would read it: owner, mode, size, keys and values
    Check { file: PathBuf },
}

pub(crate) fn run(arguments: &Limits) -> anyhow::Result<ExitCode> {
    let What::Check { file } = &arguments.what;
    if !file.exists() {
        bail!("{} is not there", file.display());
    }
    let limits = LimitsFile::new(file).check()?;
    let keys = limits.limits.keys_in_force();
    let keys = if keys.is_empty() { "nothing is limited".to_owned() } else { keys.join(", ") };
    writeln!(std::io::stdout(), "good: {keys}").context("writing the answer")?;
    Ok(ExitCode::SUCCESS)
}
