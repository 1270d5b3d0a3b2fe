//! A signed apt repository in a folder: one suite, one component, a key made for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use std::os::unix::fs::PermissionsExt as _;
use tempfile::TempDir;

use crate::package::Package;
use crate::tool::run;

/// Programs that a repository is made with.
pub const PROGRAMS: [&str; 5] = ["dpkg-deb", "apt-ftparchive", "gpg", "apt-get", "gpgv"];

#[derive(Debug)]
pub struct Repository {
    folder: TempDir,
    packages: Vec<Package>,
    pub origin: String,
    pub label: String,
    pub suite: String,
}

/// What can be wrong with a repository (`test-hosts.md` 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its `Valid-Until` is past; signed all the same.
    Expired,
    /// An index was changed after it was signed.
    IndexChanged,
    /// Signed by a key that the machine does not have.
    OtherKey,
    /// `InRelease` and `Release.gpg` are gone.
    NoSignature,
    /// One byte of the signature differs.
    SignatureDamaged,
}

impl Repository {
    /// An empty repository `Fettle-Test` / `Fettle-Test-Security`, suite `test-security`.
    pub fn new() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("fettle-repository-").tempdir()?;
        // apt's own user fetches and verifies.
        fs_err::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let repository = Self {
            folder,
            packages: Vec::new(),
            origin: "Fettle-Test".to_owned(),
            label: "Fettle-Test-Security".to_owned(),
            suite: "test-security".to_owned(),
        };
        fs_err::create_dir_all(repository.root().join("pool"))?;
        repository.make_key("own")?;
        Ok(repository)
    }

    /// The folder that is served.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("www")
    }

    /// The public key, as `Signed-By` takes it.
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("own.gpg")
    }

    fn distribution(&self) -> PathBuf {
        self.root().join("dists").join(&self.suite)
    }

    /// Builds the packages into the pool; they are listed after the next [`Repository::publish`].
    pub fn add(&mut self, packages: impl IntoIterator<Item = Package>) -> anyhow::Result<()> {
        for package in packages {
            package.build(&self.root().join("pool"))?;
            self.packages.push(package);
        }
        Ok(())
    }

    /// Takes a version away from pool and index.
    pub fn remove(&mut self, name: &str, version: &str) -> anyhow::Result<()> {
        let is_it = |package: &Package| package.name == name && package.version == version;
        for package in self.packages.iter().filter(|package| is_it(package)) {
            fs_err::remove_file(self.root().join("pool").join(package.file_name()))?;
        }
        self.packages.retain(|package| !is_it(package));
        Ok(())
    }

    /// Writes the indexes and signs them, good for a week.
    pub fn publish(&self) -> anyhow::Result<()> {
        self.write_index()?;
        self.write_release("+7 days")?;
        self.sign("own")
    }

    /// Publishes, and then breaks what `fault` says.
    pub fn publish_with(&self, fault: Fault) -> anyhow::Result<()> {
        self.publish()?;
        let signed = self.distribution().join("InRelease");
        match fault {
            Fault::Expired => {
                self.write_release("3 days ago")?;
                self.sign("own")?;
            }
            Fault::IndexChanged => {
                let index = self.index_folder().join("Packages");
                let mut text = fs_err::read_to_string(&index)?;
                text.push_str("\nPackage: smuggled\nVersion: 9\n");
                fs_err::write(&index, text)?;
            }
            Fault::OtherKey => {
                self.make_key("other")?;
                self.sign("other")?;
            }
            Fault::NoSignature => fs_err::remove_file(signed)?,
            Fault::SignatureDamaged => {
                let text = fs_err::read_to_string(&signed)?;
                let at = text.find("-----BEGIN PGP SIGNATURE-----").context("the release is signed")?;
                let (head, tail) = text.split_at(at + 60);
                let changed = if tail.starts_with('A') { "B" } else { "A" };
                fs_err::write(&signed, format!("{head}{changed}{}", &tail[1..]))?;
            }
        }
        Ok(())
    }

    /// Overwrites the package file after it was listed.
    pub fn corrupt_package(&self, name: &str, version: &str) -> anyhow::Result<()> {
        let package = self.packages.iter().find(|package| package.name == name && package.version == version);
        let package = package.context("the repository has this package")?;
        let path = self.root().join("pool").join(package.file_name());
        let length = fs_err::metadata(&path)?.len();
        fs_err::write(&path, vec![b'x'; usize::try_from(length)?])?;
        Ok(())
    }

    fn index_folder(&self) -> PathBuf {
        self.distribution().join("main/binary-amd64")
    }

    fn write_index(&self) -> anyhow::Result<()> {
        let folder = self.index_folder();
        fs_err::create_dir_all(&folder)?;
        let text = run(Command::new("apt-ftparchive").args(["packages", "pool"]).current_dir(self.root()))?;
        fs_err::write(folder.join("Packages"), self.with_phases(&text))?;
        Ok(())
    }

    fn with_phases(&self, index: &str) -> String {
        let mut text = index.to_owned();
        for package in &self.packages {
            if let Some(percent) = package.phased {
                let line = format!("Filename: pool/{}\n", package.file_name());
                text = text.replace(&line, &format!("{line}Phased-Update-Percentage: {percent}\n"));
            }
        }
        text
    }

    fn write_release(&self, valid_until: &str) -> anyhow::Result<()> {
        let folder = self.distribution();
        let fields = [
            ("Origin", self.origin.as_str()),
            ("Label", &self.label),
            ("Suite", &self.suite),
            ("Codename", &self.suite),
            ("Components", "main"),
            ("Architectures", "amd64"),
        ];
        let mut command = Command::new("apt-ftparchive");
        for (name, value) in fields {
            command.arg("-o").arg(format!("APT::FTPArchive::Release::{name}={value}"));
        }
        for stale in ["Release", "InRelease", "Release.gpg"] {
            let path = folder.join(stale);
            if path.exists() {
                fs_err::remove_file(path)?;
            }
        }
        let release = run(command.arg("release").arg(&folder))?;
        let until = run(Command::new("date").args(["-u", "-R", "-d", valid_until]))?.replace("+0000", "UTC");
        let release = release.replacen("\nComponents:", &format!("\nValid-Until: {}\nComponents:", until.trim()), 1);
        fs_err::write(folder.join("Release"), release)?;
        Ok(())
    }

    fn gpg(&self, key: &str) -> anyhow::Result<Command> {
        let home = self.folder.path().join(format!("{key}.home"));
        fs_err::create_dir_all(&home)?;
        fs_err::set_permissions(&home, std::fs::Permissions::from_mode(0o700))?;
        let mut command = Command::new("gpg");
        command.arg("--homedir").arg(home).args(["--batch", "--yes", "--quiet", "--passphrase", ""]);
        Ok(command)
    }

    fn make_key(&self, key: &str) -> anyhow::Result<()> {
        let name = format!("Fettle Test {key} <{key}@example.test>");
        run(self.gpg(key)?.args(["--quick-gen-key", &name, "ed25519", "sign", "never"]))?;
        let path = self.folder.path().join(format!("{key}.gpg"));
        run(self.gpg(key)?.arg("--output").arg(&path).arg("--export"))?;
        Ok(())
    }

    fn sign(&self, key: &str) -> anyhow::Result<()> {
        let folder = self.distribution();
        let (plain, signed) = (folder.join("Release"), folder.join("InRelease"));
        run(self.gpg(key)?.arg("--output").arg(&signed).arg("--clearsign").arg(&plain))?;
        Ok(())
    }

    /// A source entry in deb822 form for this repository at `uri`.
    pub fn source_entry(&self, uri: &str) -> String {
        source_entry(uri, &self.suite, &self.key_file())
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        // gpg leaves an agent behind for each home.
        for key in ["own", "other"] {
            let home = self.folder.path().join(format!("{key}.home"));
            if home.exists() {
                let _ = Command::new("gpgconf").arg("--homedir").arg(&home).args(["--kill", "all"]).output();
            }
        }
    }
}

fn source_entry(uri: &str, suite: &str, key: &Path) -> String {
    format!(
        "Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nArchitectures: amd64\nSigned-By: {}\n",
        key.display()
    )
}
