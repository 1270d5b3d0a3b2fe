//! The kinds of packages, and what follows from a package's kind: the order of its versions, and which of them are
//! installed side by side.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::version::{dpkg, rpm};

/// By what a package was built for, and is installed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum PackageKind {
    #[default]
    Deb,
    Rpm,
    /// An update of Windows or of a program on it, known by its article.
    WindowsUpdate,
}

impl PackageKind {
    /// As components name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Rpm => "rpm",
            Self::WindowsUpdate => "kb",
        }
    }

    /// In the order of the kind's own package manager. Any text is a version. Updates of Windows have no order: what replaces
    /// what their vendor says.
    pub fn compare(self, left: &str, right: &str) -> Ordering {
        match self {
            Self::Deb => dpkg::compare(left, right),
            Self::Rpm => rpm::compare(left, right),
            Self::WindowsUpdate => Ordering::Equal,
        }
    }

    /// A package with its architecture, as the kind's own tools write it: `libssl3:amd64`, `openssl.x86_64`.
    pub fn with_architecture(self, name: &str, architecture: &str) -> String {
        match self {
            Self::Deb => format!("{name}:{architecture}"),
            Self::Rpm => format!("{name}.{architecture}"),
            Self::WindowsUpdate => format!("{name} ({architecture})"),
        }
    }
}

/// Does dnf install versions of this package side by side (`installonlypkgs`), so that the newest counts? Kernels with
/// their modules and headers for building; of other packages called `kernel-…` there is one version at a time.
pub fn is_install_only(name: &str) -> bool {
    name == "kernel" || name.starts_with("kernel-")
}
