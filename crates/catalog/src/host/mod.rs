//! Machines without an agent, judged by files that they hand over (`catalogue.md` 5.11).
//!
//! [`encoding`] makes text of what a console wrote in any language, [`windows`] finds the facts in it by their shape,
//! [`product`] names the release as Microsoft's tables do, [`assess()`] judges it against them. [`packages`] judges a list
//! of rpms or dpkg's `status` against advisories.

pub mod assess;
pub mod encoding;
pub mod packages;
pub mod product;
pub mod windows;

pub use assess::{Assessment, Finding, Status, assess};

/// Why a machine cannot be judged by what it handed over. This is never "nothing missing".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("no text can be made of it")]
    Encoding,
    #[error("larger than {0} bytes")]
    TooLarge(usize),
    #[error("no line with a version such as `10.0.19045 … 19045` is in it")]
    Version,
    #[error("no line with the name of a Windows stands before the version in line {0}")]
    Name(usize),
    #[error("no architecture such as `x64-based PC` stands behind the version in line {0}")]
    Architecture(usize),
    #[error("build {build} ({edition}) is of no release that is known")]
    Release { build: u32, edition: &'static str },
    #[error("no article number such as `KB5034441` is in it")]
    NoArticle,
    #[error("the definitions say nothing about {0:?}")]
    UnknownProduct(String),
    #[error("line {0} is no package such as `openssl-3.0.7-24.el9.x86_64`")]
    Package(usize),
    #[error("it is no `status` of dpkg: {0}")]
    Status(String),
    #[error("{0} of the advisories name packages of modules, whose stream the list does not tell")]
    Modules(usize),
    #[error("{0} of the advisories cannot be told, for what is installed is from outside of the release")]
    Foreign(usize),
    #[error("no installed package is in it")]
    NoPackage,
    #[error("the advisories say nothing about {0}")]
    NoAdvisory(String),
}
