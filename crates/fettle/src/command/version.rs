//! `fettle version`.

use std::cmp::Ordering;

use fettle_model::version::Scheme;

use crate::failure::{Failure, Finding};
use crate::output::print;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Version {
    /// Print `<`, `=` or `>` for two versions
    Compare(Compare),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Compare {
    /// Whose order: dpkg, rpm, windows, msi, winget or semver
    #[arg(long, value_name = "SCHEME")]
    scheme: Scheme,
    a: String,
    b: String,
}

pub(crate) fn run(version: &Version) -> Result<Finding, Failure> {
    let Version::Compare(Compare { scheme, a, b }) = version;
    let order = scheme.compare(a, b).map_err(|error| Failure::Argument(error.to_string()))?;
    print(match order {
        Ordering::Less => "<",
        Ordering::Equal => "=",
        Ordering::Greater => ">",
    });
    Ok(Finding::Nothing)
}
