//! A host in namespaces with an agent that is enrolled, and a server of its channel.

use std::process::Stdio;
use std::time::Duration;

use fettle_model::DeploymentId;
use fettle_testhost::host::{self, Host, Inside};
use fettle_testhost::{FileServer, Package, Repository, demo, lacking, repository};
use fettle_wire::message::EventKind;
use fettle_wire::message::events::detail;
use serde_json::Value;

use crate::support::{Server, skip};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fettle-agent");

pub(crate) struct Setting {
    pub(crate) server: Server,
    pub(crate) host: Host,
    pub(crate) agent: Option<Inside>,
    pub(crate) repository: Repository,
    _files: FileServer,
}

impl Setting {
    /// A host with the old versions installed and the fixed ones on offer, enrolled, and its agent running.
    pub(crate) fn new(more: impl IntoIterator<Item = Package>) -> Option<Self> {
        if let Some(reason) = lacking(&repository::PROGRAMS).or_else(host::impossible) {
            skip(&reason);
            return None;
        }
        let mut repository = Repository::new().expect("a repository");
        repository.add(demo::old().into_iter().chain(demo::fixed()).chain(more)).expect("packages");
        repository.publish().expect("a signed release");
        let files = FileServer::start(&repository.root()).expect("a server");
        let mut host = Host::new("agent-test").expect("a host");
        host.copy_in(PROGRAM.as_ref(), "/usr/bin/fettle-agent").expect("the agent");
        host.add_source("test", &repository.source_entry(&files.uri()), &repository.key_file()).expect("a source");
        for package in demo::old() {
            let inside = format!("/var/cache/{}", package.file_name());
            let built = repository.root().join("pool").join(package.file_name());
            host.copy_in(&built, &inside).expect("a package file");
            host.run(&["dpkg", "-i", &inside]).expect("an installed package");
        }
        let server = Server::start();
        host.start().expect("the host starts");
        let mut words =
            vec!["fettle-agent".to_owned(), "install".to_owned(), "--data".to_owned(), "/var/lib/f".to_owned()];
        words.extend(server.install_words());
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut install = host.spawn(&words, Stdio::inherit()).expect("the agent starts");
        server.wait_for("the enrolment", |state| state.enrolments.first().map(|_| ()));
        while !install.has_ended().expect("a process") {
            std::thread::sleep(Duration::from_millis(5));
        }
        let mut setting = Self { server, host, agent: None, repository, _files: files };
        setting.start_agent();
        setting.server.wait_for("the first report", |state| state.reports.first().map(|_| ()));
        Some(setting)
    }

    pub(crate) fn start_agent(&mut self) {
        let words = ["fettle-agent", "run", "--data", "/var/lib/f"];
        self.agent = Some(self.host.spawn(&words, Stdio::inherit()).expect("the agent starts"));
    }

    pub(crate) fn kill_agent(&mut self) {
        self.agent.take().expect("it runs").kill().expect("it is killed");
    }

    /// Waits for the terminal state and the record after it.
    pub(crate) fn end_of(&self, deployment: DeploymentId) -> String {
        self.server.wait_for("the end of the deployment", |state| {
            let events = state.events_of(deployment);
            let recorded = events.iter().any(|event| event.kind == EventKind::Record);
            let numbers: Vec<u32> = events.iter().map(|event| event.seq).collect();
            let whole = numbers.iter().copied().eq(1..=u32::try_from(numbers.len()).expect("few"));
            (recorded && whole).then(|| state.states_of(deployment).last().cloned()).flatten()
        })
    }

    pub(crate) fn outcomes(&self, deployment: DeploymentId) -> Vec<detail::Patch> {
        let state = self.server.state();
        let patches = state.events_of(deployment).into_iter().filter(|event| event.kind == EventKind::Patch);
        patches.map(|event| serde_json::from_value(event.detail.clone()).expect("a patch's detail")).collect()
    }

    pub(crate) fn version(&self, package: &str) -> String {
        self.host.run(&["dpkg-query", "-W", "-f", "${Version}", package]).expect("an installed package")
    }

    /// Names of packages in apt's history, one entry for each transaction that names them.
    pub(crate) fn installs_in_history(&self, package: &str) -> usize {
        let history = fs_err::read_to_string(self.host.root().join("var/log/apt/history.log")).expect("a history");
        history.lines().filter(|line| line.starts_with("Upgrade:") && line.contains(&format!(" {package}:"))).count()
    }

    pub(crate) fn audit(&self) -> String {
        self.host.run(&["dpkg", "--audit"]).expect("dpkg answers")
    }
}

pub(crate) fn summary(outcomes: &[detail::Patch]) -> Vec<String> {
    let name = |value: Value| value.as_str().unwrap_or_default().to_owned();
    outcomes
        .iter()
        .map(|patch| {
            let outcome = patch.outcome.name();
            let failure = patch.failure.map(|reason| serde_json::to_value(reason).expect("JSON"));
            failure.map_or_else(|| outcome.to_owned(), |reason| format!("{outcome} {}", name(reason)))
        })
        .collect()
}
