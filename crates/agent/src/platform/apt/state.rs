//! The agent's own package-manager state: lists and cache in its folder, the machine's sources, keyrings, preferences,
//! passwords and dpkg status (`agent.md` 1.4). Nothing of the machine changes.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use fs_err::os::unix::fs::OpenOptionsExt as _;

/// Lists larger than this, in bytes, are thrown away again (`agent.md` 8.1).
pub const LISTS_LIMIT: u64 = 500 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("the agent's apt folder could not be made ready")]
    Prepare(#[source] io::Error),
    #[error("{program} could not be started")]
    Start { program: &'static str, source: io::Error },
}

/// Where apt's state of the agent lies, and whose machine it looks at.
#[derive(Debug, Clone)]
pub struct AptState {
    folder: PathBuf,
    root: PathBuf,
}

/// What a program of apt printed, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
}

impl Answer {
    pub const fn succeeded(&self) -> bool {
        matches!(self.code, Some(0))
    }

    /// The end of standard output, where a simulation says which dependencies are unmet.
    pub fn stdout_tail(&self) -> &str {
        self.stdout.find("unmet dependencies:").map_or("", |at| &self.stdout[at..])
    }

    /// apt's own errors and warnings, without its progress.
    pub fn complaint(&self) -> String {
        let lines: Vec<&str> =
            self.stderr.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("N: ")).collect();
        super::targets::without_password(&lines.join("\n"))
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}

impl AptState {
    /// Makes `folder` with lists, cache and apt's configuration file. `root` is `/` but in tests.
    pub fn prepare(folder: &Path, root: &Path) -> Result<Self, StateError> {
        let state = Self { folder: folder.to_owned(), root: root.to_owned() };
        for path in [state.lists().join("partial"), state.archives().join("partial")] {
            fs_err::create_dir_all(path).map_err(StateError::Prepare)?;
        }
        state.write_configuration().map_err(StateError::Prepare)?;
        Ok(state)
    }

    pub fn lists(&self) -> PathBuf {
        self.folder.join("lists")
    }

    /// Lists of the machine itself.
    pub fn machine_lists(&self) -> PathBuf {
        self.root.join("var/lib/apt/lists")
    }

    pub fn archives(&self) -> PathBuf {
        self.folder.join("cache/archives")
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    fn configuration_file(&self) -> PathBuf {
        self.folder.join("apt.conf")
    }

    fn write_configuration(&self) -> io::Result<()> {
        let mut text = format!(
            "Dir::State::lists {lists};\nDir::Cache {cache};\nDir::Cache::archives \"archives/\";\n\
             Dir::Cache::pkgcache \"pkgcache.bin\";\nDir::Cache::srcpkgcache \"\";\n",
            lists = quoted(&self.lists()),
            cache = quoted(&self.folder.join("cache")),
        );
        if self.is_foreign() {
            let status = quoted(&self.root.join("var/lib/dpkg/status"));
            let _ = writeln!(text, "Dir::State::status {status};");
        }
        text += CONFIGURATION;
        let path = self.configuration_file();
        if fs_err::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
            let mut file =
                fs_err::OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(&path)?;
            io::Write::write_all(&mut file, text.as_bytes())?;
        }
        // apt reads its configuration folder before the file above, so another root is named in a file of its own.
        if self.is_foreign() {
            let root = quoted(&self.root);
            fs_err::write(self.folder.join("root.conf"), format!("Dir {root};\nAPT::Architecture \"amd64\";\n"))?;
        }
        Ok(())
    }

    fn is_foreign(&self) -> bool {
        self.root != Path::new("/")
    }

    /// A program of apt on this state, in the C locale, without terminal or input.
    pub fn command(&self, program: &'static str) -> Command {
        let mut command = Command::new(program);
        command.arg("-c").arg(self.configuration_file());
        command.env("LC_ALL", "C").env("DEBIAN_FRONTEND", "noninteractive").env_remove("LANGUAGE");
        command.stdin(Stdio::null());
        if self.is_foreign() {
            command.env("APT_CONFIG", self.folder.join("root.conf"));
        }
        command
    }

    pub fn ask<I, S>(&self, program: &'static str, arguments: I) -> Result<Answer, StateError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<std::ffi::OsStr>,
    {
        let output = self.command(program).args(arguments).output();
        output.map(Answer::from).map_err(|source| StateError::Start { program, source })
    }

    /// Bytes that the lists take on disk.
    pub fn lists_size(&self) -> io::Result<u64> {
        let mut size = 0;
        for entry in fs_err::read_dir(self.lists())? {
            let metadata = entry?.metadata()?;
            if metadata.is_file() {
                size += metadata.len();
            }
        }
        Ok(size)
    }

    pub fn remove_lists(&self) -> io::Result<()> {
        fs_err::remove_dir_all(self.lists())?;
        fs_err::create_dir_all(self.lists().join("partial"))
    }
}

/// Hooks of the machine do not run for the agent's own lists; descriptions and other files that nobody reads here are
/// not fetched.
const CONFIGURATION: &str = r#"APT::Update::Error-Mode "any";
APT::Color "0";
Acquire::Retries "3";
#clear Acquire::Languages;
Acquire::Languages { "none"; };
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::DEP-11-icons;
#clear Acquire::IndexTargets::deb::DEP-11-icons-small;
#clear Acquire::IndexTargets::deb::DEP-11-icons-hidpi;
#clear Acquire::IndexTargets::deb::DEP-11-icons-large;
#clear Acquire::IndexTargets::deb::DEP-11-icons-large-hidpi;
#clear Acquire::IndexTargets::deb::Contents-deb;
#clear Acquire::IndexTargets::deb::CNF;
#clear Acquire::IndexTargets::deb-src;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"#;

/// A path as a value of apt's configuration. A quote in a path would end the value, so it is left out: apt then says
/// that there is no such folder.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', ""))
}
