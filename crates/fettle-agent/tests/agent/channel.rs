//! Enrolment and the channel, against a server with real TLS, on a machine that is a folder.

use std::process::{Child, Command, Output, Stdio};

use crate::support::{Server, nothing_new, orders, refusal, skip};
use fettle_model::Sha256;
use fettle_testhost::{FileServer, MachineRoot, Repository, demo, lacking, repository};
use fettle_wire::message::check_in::ScanOrder;
use fettle_wire::message::dry_run::{DryRunOrder, DryRunVerdict};
use fettle_wire::message::report::{Mode, ScanResult};
use serde_json::json;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fettle-agent");

pub(crate) struct Setting {
    pub(crate) server: Server,
    pub(crate) machine: MachineRoot,
    pub(crate) data: TempDir,
    _repository: (Repository, FileServer),
}

impl Setting {
    pub(crate) fn new() -> Option<Self> {
        if let Some(reason) = lacking(&repository::PROGRAMS) {
            skip(&reason);
            return None;
        }
        let mut repository = Repository::new().expect("a repository");
        repository.add(demo::old().into_iter().chain(demo::fixed())).expect("packages");
        repository.publish().expect("a signed release");
        let files = FileServer::start(&repository.root()).expect("a server");
        let machine = MachineRoot::new().expect("a machine");
        machine.set_installed(&demo::old()).expect("dpkg's database");
        machine.set_source("test", &repository.source_entry(&files.uri())).expect("a source");
        let data = tempfile::Builder::new().prefix("fettle-data-").tempdir().expect("a folder");
        Some(Self { server: Server::start(), machine, data, _repository: (repository, files) })
    }

    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg(name).arg("--data").arg(self.data.path()).arg("--root").arg(self.machine.path());
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn install(&self) -> Output {
        self.command("install").args(self.server.install_words()).output().expect("the agent starts")
    }

    pub(crate) fn run(&self) -> Agent {
        Agent(self.command("run").spawn().expect("the agent starts"))
    }
}

pub(crate) struct Agent(pub(crate) Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_agent_enrols_reports_and_follows_orders() {
    let Some(setting) = Setting::new() else { return };
    let installed = setting.install();
    assert!(installed.status.success(), "{installed:?}");
    assert_eq!(setting.server.state().enrolments.len(), 1);
    let agent = setting.run();
    let server = &setting.server;

    let first = server.wait_for("the first report", |state| state.reports.first().cloned());
    assert_eq!(first.mode, Mode::Full);
    let scan = first.scan.expect("a scan");
    assert_eq!(scan.result, ScanResult::Scanned);
    assert_eq!(first.offer_details.len(), 2);
    assert!(first.facts.is_some());

    let late = server.wait_for("changelogs", |state| {
        state.reports.iter().find(|report| report.scan.is_none() && !report.offer_details.is_empty()).cloned()
    });
    assert!(late.add.is_empty() && late.remove.is_empty());
    assert_eq!(late.offer_details[0].changelog.as_ref().expect("it was read").cves, [demo::CVE]);

    // An order reaches a held agent at once, and an upgrade by hand is a difference.
    setting.machine.set_installed(&demo::fixed()).expect("dpkg's database");
    let order = ScanOrder { id: Some(uuid::Uuid::from_u128(9).into()), kind: "VM".to_owned(), refresh: false };
    let asked = std::time::Instant::now();
    server.change(|state| {
        let mut answer = nothing_new();
        answer.scan = Some(order);
        state.answers.push_back(answer);
    });
    let difference = server.wait_for("the ordered scan", |state| {
        let ordered =
            |report: &&fettle_wire::message::Report| report.scan.as_ref().is_some_and(|scan| scan.id.is_some());
        state.reports.iter().find(ordered).cloned()
    });
    println!("an ordered scan was reported after {:?}", asked.elapsed());
    assert_eq!(difference.mode, Mode::Diff);
    assert_eq!(difference.remove.len(), 4, "two packages and two offers: {:?}", difference.remove);
    assert_eq!(difference.add.len(), 2);

    // Unequal fingerprints: everything is sent.
    server.change(|state| {
        state.fingerprint = fettle_wire::Fingerprint::EMPTY;
        let mut answer = nothing_new();
        answer.scan = Some(ScanOrder { id: None, kind: "VM".to_owned(), refresh: false });
        state.answers.push_back(answer);
    });
    server.wait_for("a full report", |state| {
        state.reports.iter().filter(|report| report.mode == Mode::Full).nth(1).map(|_| ())
    });

    let status = setting.command("status").arg("--json").output().expect("status");
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert_eq!(status["state"], "Active");
    drop(agent);
}

#[test]
fn the_status_is_told_to_who_may_not_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    if !rustix::process::geteuid().is_root() || lacking(&["setpriv"]).is_some() {
        skip("skipped: another user than the agent's is needed, which takes root and setpriv");
        return;
    }
    let Some(setting) = Setting::new() else { return };
    assert!(setting.install().status.success());
    let _agent = setting.run();
    setting.server.wait_for("the first report", |state| state.reports.first().map(|_| ()));
    fs_err::set_permissions(setting.data.path(), std::fs::Permissions::from_mode(0o755)).expect("a mode");
    let socket = setting.data.path().join("status.sock");
    assert_eq!(fs_err::metadata(&socket).expect("the socket").permissions().mode() & 0o777, 0o660);
    // Where every user reaches it.
    let program = setting.machine.path().join("fettle-agent");
    fs_err::copy(PROGRAM, &program).expect("the agent");
    let ask = |group: &str| {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", group, "--clear-groups"]).arg(&program);
        let output = command.args(["status", "--json", "--data"]).arg(setting.data.path()).output();
        output.expect("it starts")
    };
    let group = std::os::unix::fs::MetadataExt::gid(&fs_err::metadata(&socket).expect("the socket"));
    let told = ask(&group.to_string());
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let status: serde_json::Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(status["state"], "Active");
    assert_eq!(ask("65533").status.code(), Some(2), "the socket is its group's alone");
}

#[test]
fn a_dry_run_says_what_would_happen() {
    let Some(setting) = Setting::new() else { return };
    assert!(setting.install().status.success());
    let _agent = setting.run();
    let server = &setting.server;
    server.wait_for("the first report", |state| state.reports.first().map(|_| ()));
    let order = DryRunOrder {
        id: uuid::Uuid::from_u128(77).into(),
        work: fettle_model::job::Work::Install,
        patches: vec![
            orders::patch(1, &["fettle-demo", "libfettle-demo"], demo::FIXED),
            orders::patch(2, &["fettle-demo"], "9.9-1"),
            orders::patch(3, &["absent"], "1"),
        ],
        allow_removals: false,
    };
    server.change(|state| {
        let mut answer = nothing_new();
        answer.simulate.push(order);
        state.answers.push_back(answer);
    });
    let report = server.wait_for("the dry run", |state| state.dry_runs.first().cloned());
    let verdicts: Vec<DryRunVerdict> = report.patches.iter().map(|patch| patch.verdict).collect();
    assert_eq!(
        verdicts,
        [DryRunVerdict::WouldInstall, DryRunVerdict::WouldFail, DryRunVerdict::NotApplicable],
        "{report:?}"
    );
    assert_eq!(report.changes.len(), 2);
    assert!(report.download_bytes.is_some_and(|bytes| bytes > 0));
}

#[test]
fn what_was_said_at_the_install_becomes_the_limits_file() {
    let Some(setting) = Setting::new() else { return };
    let words = setting.server.install_words();
    let labelled = setting.command("install").args(&words).arg("Labels=prod,web").output().expect("the agent starts");
    assert!(labelled.status.success(), "{labelled:?}");
    let path = setting.data.path().join("limits.toml");
    let text = fs_err::read_to_string(&path).expect("a limits file");
    assert!(text.contains("prod") && text.contains("web"), "{text}");
    let check = |path: &std::path::Path| {
        let output = Command::new(PROGRAM).args(["limits", "check"]).arg(path).output().expect("the agent starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert_eq!(check(&path).0, Some(0));

    // It belongs to the administrator now: another install leaves it alone.
    fs_err::write(&path, "labels = [\"test\"]\nlabel = 1\n").expect("a file");
    assert!(setting.command("install").args(&words).arg("Labels=other").output().expect("it starts").status.success());
    assert!(fs_err::read_to_string(&path).expect("the file").contains("test"));
    let (code, text) = check(&path);
    assert!(code == Some(2) && text.contains("LIMITS_INVALID") && text.contains("label"), "{text}");
    let status = setting.command("status").arg("--json").output().expect("status");
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
    assert!(status["limits"]["invalid"].as_str().is_some_and(|text| text.contains("LIMITS_INVALID")), "{status}");
}

#[test]
fn another_ca_gets_nothing() {
    let Some(setting) = Setting::new() else { return };
    let mut words = setting.server.install_words();
    words.pop();
    words.push(format!("ServerCa={}", Sha256([7; 32])));
    let refused = setting.command("install").args(words).output().expect("the agent starts");
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("SERVER_UNTRUSTED"), "{refused:?}");
    assert!(setting.server.state().enrolments.is_empty());
}

#[test]
fn an_interrupted_enrolment_is_the_same_one_again() {
    let Some(setting) = Setting::new() else { return };
    setting.server.change(|state| {
        state.refusals.insert("enrol".to_owned(), [(503, refusal("BUSY"))].into());
    });
    assert_eq!(setting.install().status.code(), Some(2));
    let pending = fs_err::read_to_string(setting.data.path().join("talker/enrolment.json")).expect("it is kept");
    assert!(setting.install().status.success());
    let state = setting.server.state();
    assert!(pending.contains(&state.enrolments[0].enrolment_id.to_string()));
}

#[test]
fn a_clone_enrols_anew_and_a_restored_snapshot_begins_again() {
    let Some(setting) = Setting::new() else { return };
    assert!(setting.install().status.success());
    let _agent = setting.run();
    let server = &setting.server;
    server.wait_for("the first report", |state| state.reports.first().map(|_| ()));
    server.change(|state| {
        state.fingerprint = fettle_wire::Fingerprint::EMPTY;
        let mut body = refusal("RESTORED");
        body["error"]["restored"] = json!({"incarnation": 2, "token": "restored"});
        state.refusals.insert("check-in".to_owned(), [(409, body)].into());
        state.answers.push_back(nothing_new());
    });
    server.wait_for("a check-in of the new incarnation", |state| {
        state.check_ins.iter().find(|check_in| check_in.incarnation == 2 && check_in.token == "restored").map(|_| ())
    });

    server.change(|state| {
        state.fingerprint = fettle_wire::Fingerprint::EMPTY;
        state.refusals.insert("check-in".to_owned(), [(409, refusal("CLONED"))].into());
        state.answers.push_back(nothing_new());
    });
    let again = server.wait_for("a second enrolment", |state| state.enrolments.get(1).cloned());
    let first = server.state().enrolments[0].clone();
    assert_eq!(again.previous_agent_id, Some(crate::support::AGENT.parse().expect("an id")));
    assert_ne!(again.record_key, first.record_key);
    assert_ne!(again.enrolment_id, first.enrolment_id);
}
