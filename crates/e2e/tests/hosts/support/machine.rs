//! A host that is enrolled, and what its own programs say about it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use fettle_testhost::host::Inside;
use fettle_testhost::{FileServer, Host, Package, Repository};
use serde_json::Value;

use super::api::text;
use super::programs;

/// Name, installed version, offered version.
pub(crate) type Update = (String, String, String);

pub(crate) struct Machine {
    pub(crate) name: String,
    pub(crate) host: Host,
    agent: Option<Inside>,
    log: PathBuf,
}

impl Machine {
    /// Files of this machine; its only package source is the repository.
    pub(crate) fn of_this_debian(name: &str, repository: &Repository, files: &FileServer) -> Self {
        let host = Host::new(name).expect("a host");
        host.add_source("test", &repository.source_entry(&files.uri()), &repository.key_file()).expect("a source");
        Self::switched_on(name, host)
    }

    pub(crate) fn switched_on(name: &str, mut host: Host) -> Self {
        host.copy_in(&programs::agent(), "/usr/bin/fettle-agent").expect("the agent's program");
        host.start().expect("the host starts");
        Self { name: name.to_owned(), host, agent: None, log: PathBuf::new() }
    }

    /// With `dpkg` alone, as somebody would by hand.
    pub(crate) fn install_packages(&self, repository: &Repository, packages: &[Package]) {
        for package in packages {
            let inside = format!("/var/cache/{}", package.file_name());
            self.host.copy_in(&repository.root().join("pool").join(package.file_name()), &inside).expect("a file");
            self.run(&["dpkg", "--install", "--force-downgrade", &inside]);
        }
    }

    /// Runs the install line, and the agent after it.
    pub(crate) fn enrol(&mut self, install_line: &str, log: &Path) {
        log.clone_into(&mut self.log);
        let words: Vec<&str> = install_line.split(' ').collect();
        let enrolled = self.run(&words);
        assert!(enrolled.starts_with("enrolled as "), "{enrolled}");
        self.start_agent();
    }

    pub(crate) fn start_agent(&mut self) {
        let mut log = fs_err::OpenOptions::new();
        let log = log.create(true).append(true).open(&self.log).expect("a log file");
        let agent = self.host.spawn(&["fettle-agent", "run"], Stdio::from(log.into_file()));
        self.agent = Some(agent.expect("the agent starts"));
    }

    /// `kill -9` of the agent, and of nothing that it started.
    pub(crate) fn kill_agent(&mut self) {
        self.agent.take().expect("it runs").kill().expect("it is killed");
    }

    /// Output of a program in the host.
    pub(crate) fn run(&self, words: &[&str]) -> String {
        self.host.run_inside(words).expect("the program succeeds")
    }

    /// `apt`'s own list, from lists that it has just read: lines `Inst libc6 [2.36-9] (2.36-10 Debian:12/stable [amd64])`.
    pub(crate) fn updates_by_apt(&self) -> BTreeSet<Update> {
        self.run(&["apt-get", "--quiet", "-o", "APT::Update::Error-Mode=any", "update"]);
        let simulated = self.run(&["apt-get", "--simulate", "--quiet", "dist-upgrade"]);
        simulated.lines().filter_map(|line| update(line.strip_prefix("Inst ")?)).collect()
    }

    pub(crate) fn version(&self, package: &str) -> String {
        self.run(&["dpkg-query", "--show", "--showformat=${Version}", package])
    }

    /// Everything that an installation would change: packages with states and versions, and apt's history.
    pub(crate) fn package_state(&self) -> (String, String) {
        (self.run(&["dpkg-query", "--show", "--showformat=${Package} ${Version} ${Status}\n"]), self.history())
    }

    fn history(&self) -> String {
        fs_err::read_to_string(self.host.root().join("var/log/apt/history.log")).unwrap_or_default()
    }

    /// How many of apt's transactions of this kind (`Upgrade`, `Downgrade`, …) name the package.
    pub(crate) fn times_in_history(&self, kind: &str, package: &str) -> usize {
        let names = |line: &&str| line.starts_with(&format!("{kind}: ")) && line.contains(&format!(" {package}:"));
        self.history().lines().filter(names).count()
    }

    #[track_caller]
    pub(crate) fn assert_whole(&self) {
        assert_eq!(self.run(&["dpkg", "--audit"]), "", "dpkg finds half-installed packages on {}", self.name);
    }
}

fn update(words: &str) -> Option<Update> {
    let mut words = words.split(' ');
    let name = words.next()?;
    let installed = words.next()?.strip_prefix('[')?.strip_suffix(']')?;
    let offered = words.next()?.strip_prefix('(')?;
    Some((name.to_owned(), installed.to_owned(), offered.to_owned()))
}

/// The same list from rows of Fettle: what is missing here, the latest of each, and nothing that is kept from it.
pub(crate) fn updates_by_fettle(rows: &Value) -> BTreeSet<Update> {
    let rows = rows["items"].as_array().expect("a list").iter();
    let open = rows.filter(|row| row["status"] == "Missing" && row["isLatest"] == true && row["obstacle"].is_null());
    let packages = open.flat_map(|row| row["packagesHere"].as_array().expect("a list"));
    packages.map(|package| (text(&package["name"]), text(&package["installed"]), text(&package["fixed"]))).collect()
}
