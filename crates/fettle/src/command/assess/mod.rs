//! `fettle assess`: a machine without an agent, judged by the files that it hands over.

mod packages;
mod windows;

use std::path::PathBuf;

use crate::command::Format;
use crate::failure::{Failure, Finding};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0 nothing is missing, 1 something is, 2 it cannot be told.",
    group = clap::ArgGroup::new("list").args(["rpm", "dpkg"]),
    group = clap::ArgGroup::new("data").args(["definitions", "rpm", "dpkg"]).required(true)
)]
pub(crate) struct Assess {
    /// Microsoft's updates: a ZIP of definitions in the form of WES-NG
    #[arg(long, value_name = "FILE")]
    definitions: Option<PathBuf>,
    /// What `systeminfo` printed, in any language
    #[arg(value_name = "SYSTEMINFO", required_unless_present_any = ["product", "list"], conflicts_with = "list")]
    systeminfo: Option<PathBuf>,
    /// A list of installed updates, such as `wmic qfe` prints; may be given several times
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    hotfixes: Vec<PathBuf>,
    /// The release as the definitions name it, where no `systeminfo` says it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["systeminfo", "list"], requires = "hotfixes")]
    product: Option<String>,
    /// What `rpm -qa` printed, or `rpm -qa --nevra`, which tells epochs too
    #[arg(long, value_name = "FILE", requires_all = ["release", "advisories"])]
    rpm: Option<PathBuf>,
    /// The file `/var/lib/dpkg/status`
    #[arg(long, value_name = "FILE", requires_all = ["release", "advisories"])]
    dpkg: Option<PathBuf>,
    /// ID and `VERSION_ID` of the machine's os-release, such as `almalinux:9.3`
    #[arg(long, value_name = "KEY", requires = "list")]
    release: Option<String>,
    /// Vendors' advisories: updateinfo.xml, or a list of DSA or DLA; may be given several times. With them the JSON of
    /// Debian's tracker, which tells more of versions from outside of the release
    #[arg(long, value_name = "FILE", requires = "list")]
    advisories: Vec<PathBuf>,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(arguments: &Assess) -> Result<Finding, Failure> {
    let list = match (&arguments.rpm, &arguments.dpkg) {
        (Some(file), _) => Some(packages::List::Rpm(file)),
        (None, Some(file)) => Some(packages::List::Dpkg(file)),
        (None, None) => None,
    };
    match (list, &arguments.definitions) {
        (Some(list), _) => {
            let release = arguments.release.as_deref().unwrap_or_default();
            packages::run(list, release, &arguments.advisories, arguments.format)
        }
        (None, Some(definitions)) => {
            let files = windows::Files {
                definitions,
                systeminfo: arguments.systeminfo.as_deref(),
                hotfixes: &arguments.hotfixes,
                product: arguments.product.as_deref(),
            };
            windows::run(&files, arguments.format)
        }
        (None, None) => Err(Failure::Argument("neither a table nor a list of packages is named".to_owned())),
    }
}
