//! The two tools, and the machines that they judge.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use fettle_catalog::judge::Verdict;
use tempfile::TempDir;

use crate::fettle::base_id;
use crate::skipped;

/// Seconds after which a tool is ended.
const LIMIT: &str = "120";
/// As the scripts write it.
const SUITE: &str = "bullseye";

pub(crate) struct Oracles {
    folder: TempDir,
    pub(crate) machines: Vec<PathBuf>,
}

impl Oracles {
    /// Machines and what the tools need, made of a list of advisories, the tracker's JSON and a Packages index. None,
    /// said so, where a tool is not installed.
    pub(crate) fn new(inputs: [&Path; 3], count: usize) -> Option<Self> {
        for tool in ["python3", "oscap", "debsecan"] {
            let found = Command::new(tool).arg("--help").output();
            if found.is_err_and(|error| error.kind() == ErrorKind::NotFound) {
                skipped(&format!("{tool} is not installed: see scripts/packages"));
                return None;
            }
        }
        let folder = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/inputs/make.py");
        let mut command = tool("python3");
        // No compiled copies beside the scripts.
        command.arg("-B").arg(script).args(inputs).arg(count.to_string()).arg(folder.path());
        output(&mut command);
        let machines = (0..count).map(|number| folder.path().join(format!("machine-{number:02}"))).collect();
        Some(Self { folder, machines })
    }

    /// What `debsecan` finds: names of vulnerabilities, or of advisories without revision, and binary packages.
    pub(crate) fn debsecan(&self, machine: &Path) -> BTreeSet<(String, String)> {
        let mut command = tool("debsecan");
        command.args(["--suite", SUITE, "--format", "simple", "--config", "/dev/null"]);
        // The host's own would be read; one that is not there is none.
        command.arg("--whitelist").arg(machine.join("no-whitelist"));
        command.arg("--source").arg(format!("file://{}", self.folder.path().join("debsecan").display()));
        command.arg("--status").arg(machine.join("status"));
        let said = output(&mut command);
        let pairs = said.lines().map(|line| line.split_once(' ').expect("a name and a package"));
        pairs.map(|(name, package)| (base_id(name).to_owned(), package.to_owned())).collect()
    }
}

/// What `oscap` finds, by advisory without revision: Missing where a binary is below, Installed where one is there.
pub(crate) fn oscap(machine: &Path) -> BTreeMap<String, Verdict> {
    let mut command = tool("oscap");
    command.args(["oval", "eval", "oval.xml"]).current_dir(machine).env("APT_CONFIG", machine.join("apt.conf"));
    let said = output(&mut command);
    let results: BTreeMap<&str, &str> =
        said.lines().filter_map(|line| line.strip_prefix("Definition ")?.split_once(": ")).collect();
    let mut verdicts = BTreeMap::new();
    for line in fs_err::read_to_string(machine.join("definitions")).expect("readable").lines() {
        let [kind, advisory, definition] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("`{line}`") };
        let verdict = match (results[definition], kind) {
            ("true", "missing") => Verdict::Missing,
            ("true", "applies") => Verdict::Installed,
            ("false", _) => Verdict::NotApplicable,
            (other, _) => panic!("{definition}: {other}"),
        };
        // Of the verdicts on all revisions the gravest counts: Missing is the least of the enum.
        let of_all = verdicts.entry(base_id(advisory).to_owned()).or_insert(verdict);
        *of_all = verdict.min(*of_all);
    }
    verdicts
}

fn tool(name: &str) -> Command {
    let mut command = Command::new("timeout");
    // No locale and no proxy of the caller's.
    command.args([LIMIT, name]).env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
    command
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{command:?}: {}: {errors:.2000}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}
