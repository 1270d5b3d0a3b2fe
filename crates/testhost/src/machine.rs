//! The files of a machine that a scan reads, without a machine: sources, keys and dpkg's database in a folder.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::package::Package;

#[derive(Debug)]
pub struct MachineRoot(TempDir);

impl MachineRoot {
    /// A Debian 12 without any package or source.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("fettle-machine-").tempdir()?;
        fs_err::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let root = Self(folder);
        for path in [
            "etc/apt/sources.list.d",
            "etc/apt/preferences.d",
            "etc/apt/apt.conf.d",
            "etc/apt/trusted.gpg.d",
            "etc/apt/auth.conf.d",
            "var/lib/apt/lists/partial",
            "var/lib/dpkg/info",
            "var/lib/dpkg/updates",
            "var/cache/apt/archives/partial",
            "proc",
        ] {
            fs_err::create_dir_all(root.path().join(path))?;
        }
        fs_err::write(root.path().join("etc/os-release"), "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Test\"\n")?;
        root.write_status("")?;
        Ok(root)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Replaces the source entry of this name.
    pub fn set_source(&self, name: &str, entry: &str) -> anyhow::Result<PathBuf> {
        let path = self.path().join(format!("etc/apt/sources.list.d/{name}.sources"));
        fs_err::write(&path, entry)?;
        Ok(path)
    }

    /// dpkg's database: exactly these, installed.
    pub fn set_installed<'a>(&self, packages: impl IntoIterator<Item = &'a Package>) -> anyhow::Result<()> {
        let text: String =
            packages.into_iter().map(|package| package.status_paragraph("install ok installed")).collect();
        self.write_status(&text)
    }

    pub fn write_status(&self, text: &str) -> anyhow::Result<()> {
        fs_err::write(self.path().join("var/lib/dpkg/status"), text)?;
        Ok(())
    }
}
