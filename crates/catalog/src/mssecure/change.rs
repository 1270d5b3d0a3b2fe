//! What a patch changes on a machine, as checks.

use fettle_model::version::windows::Version;

/// What a patch does to a file or a registry value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// `c`: changes a file.
    Change,
    /// `a`: adds a file.
    Add,
    /// `e`: changes a file if it is there.
    ChangeIfThere,
    /// `d`: deletes a file.
    Delete,
    /// `r`: sets a registry value.
    Registry,
    /// `u` or empty: says nothing that can be checked.
    NotEvaluated,
}

impl Command {
    pub fn of(text: &str) -> Option<Self> {
        Some(match text {
            "c" => Self::Change,
            "a" => Self::Add,
            "e" => Self::ChangeIfThere,
            "d" => Self::Delete,
            "r" => Self::Registry,
            "u" | "" => Self::NotEvaluated,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    pub command: Command,
    /// With variables such as `%windir%`, in lower case: Windows does not tell cases apart.
    pub path: String,
    /// None where the file says `na` or nothing.
    pub version: Option<Version>,
    /// The image checksum of the PE format.
    pub checksum: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryChange {
    pub command: Command,
    /// In lower case.
    pub key: String,
    /// In lower case.
    pub name: String,
    /// Empty: the value need only exist.
    pub expected: String,
}
