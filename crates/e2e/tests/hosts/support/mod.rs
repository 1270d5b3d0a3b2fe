//! A server, hosts that are enrolled at it, and an operator.

pub(crate) mod api;
pub(crate) mod machine;
pub(crate) mod operator;
pub(crate) mod programs;
pub(crate) mod server;
pub(crate) mod slots;
pub(crate) mod wait;

use std::path::PathBuf;

use fettle_testhost::{FileServer, Package, Repository, demo};
use tempfile::TempDir;

pub(crate) use api::Api;
pub(crate) use machine::Machine;
pub(crate) use operator::Operator;
pub(crate) use server::ServerProcess;
pub(crate) use wait::eventually;

/// Everything that a test stands on. Fields are dropped in order: hosts before the server, files last.
pub(crate) struct Site {
    pub(crate) api: Api,
    pub(crate) server: ServerProcess,
    pub(crate) repository: Repository,
    pub(crate) files: FileServer,
    folder: TempDir,
    _slots: slots::Slots,
}

impl Site {
    /// A repository with the demo pair and `more`, and a set-up server. `None`, and the reason is said, where hosts
    /// cannot be made. `hosts`: how many the test will make.
    pub(crate) fn new(hosts: usize, more: impl IntoIterator<Item = Package>) -> Option<Self> {
        Self::with(hosts, more, &[])
    }

    /// With further options of `fettle server`.
    pub(crate) fn with(hosts: usize, more: impl IntoIterator<Item = Package>, options: &[&str]) -> Option<Self> {
        let bare = Bare::new(hosts, more, options)?;
        let api = Api::set_up(&bare.server);
        Some(bare.with_api(api))
    }

    /// A host of this name with the old demo pair and `installed`, enrolled and scanned.
    pub(crate) fn machine(&self, name: &str, installed: &[Package]) -> Machine {
        let machine = Machine::of_this_debian(name, &self.repository, &self.files);
        machine.install_packages(&self.repository, &demo::old());
        machine.install_packages(&self.repository, installed);
        self.enrolled(machine)
    }

    /// The machine, enrolled and scanned.
    pub(crate) fn enrolled(&self, mut machine: Machine) -> Machine {
        machine.enrol(&self.api.install_line(), &self.log(&format!("agent-{}", machine.name)));
        self.api.wait_for_scan(&machine.name);
        machine
    }

    /// `fettle` on the command line, signed in.
    pub(crate) fn operator(&self) -> Operator {
        Operator::sign_in(&self.server.url(), &self.folder.path().join("operator"))
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }
}

impl Drop for Site {
    /// What the programs said is shown with a test that fails.
    fn drop(&mut self) {
        if std::thread::panicking() {
            show_logs(&self.folder);
        }
    }
}

/// A server without an administrator.
pub(crate) struct Bare {
    pub(crate) server: ServerProcess,
    pub(crate) repository: Repository,
    files: FileServer,
    folder: TempDir,
    slots: slots::Slots,
}

impl Bare {
    pub(crate) fn new(hosts: usize, more: impl IntoIterator<Item = Package>, options: &[&str]) -> Option<Self> {
        if let Some(reason) = programs::lacking() {
            wait::say(&reason);
            return None;
        }
        let slots = slots::Slots::take(hosts);
        let mut repository = Repository::new().expect("a repository");
        repository.add(demo::old().into_iter().chain(demo::fixed()).chain(more)).expect("packages");
        repository.publish().expect("a signed release");
        let files = FileServer::start(&repository.root()).expect("a server of files");
        let folder = tempfile::Builder::new().prefix("fettle-site-").tempdir().expect("a folder");
        let server = ServerProcess::start(folder.path(), options);
        Some(Self { server, repository, files, folder, slots })
    }

    pub(crate) fn with_api(self, api: Api) -> Site {
        let Self { server, repository, files, folder, slots } = self;
        Site { api, server, repository, files, folder, _slots: slots }
    }
}

fn show_logs(folder: &TempDir) {
    for entry in fs_err::read_dir(folder.path()).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|kind| kind == "log") {
            let text = fs_err::read_to_string(&path).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            let last = lines[lines.len().saturating_sub(40)..].join("\n");
            wait::say(&format!("--- {}\n{last}", path.display()));
        }
    }
}

/// A package that is its own source.
pub(crate) fn single(name: &str, version: &str) -> Package {
    let mut package = Package::new(name, version);
    name.clone_into(&mut package.source);
    package
}
