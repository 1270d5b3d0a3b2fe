//! A Debian host with updates that are really pending in Debian's own archive (`test-hosts.md` 3).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fettle_testhost::{Host, lacking, run};

use crate::support::machine::updates_by_fettle;
use crate::support::wait::say;
use crate::support::{Machine, Site};

/// A base that is older is made anew.
const KEPT: Duration = Duration::from_hours(7 * 24);

#[test]
#[ignore = "fetches some 200 MB from Debian's archive: `make test-hosts` runs it"]
fn a_debian_of_today_gets_its_security_updates() {
    if let Some(reason) = lacking(&["debootstrap"]).or_else(crate::support::programs::lacking) {
        return say(&reason);
    }
    let Some(mirror) = Mirror::of_this_machine() else { return };
    let base = base(&mirror);
    let Some(site) = Site::new(1, []) else { return };
    let host = Host::above(&base, "live").expect("a host");
    fs_err::write(host.root().join("etc/apt/sources.list"), mirror.sources()).expect("a file");
    fs_err::copy("/etc/resolv.conf", host.root().join("etc/resolv.conf")).expect("a file");
    let machine = site.enrolled(Machine::switched_on("live", host));
    let operator = site.operator();
    let fettles = || updates_by_fettle(&operator.json(&["assets", "show", "live", "--patches"]));

    let before = machine.updates_by_apt();
    assert_eq!(fettles(), before);
    let security = site.api.patches("live", "Missing").iter().filter(|row| row["isSecurity"] == true).count();
    say(&format!("Debian has {} packages pending, {security} security patches: {before:?}", before.len()));
    if security > 0 {
        let words = ["jobs", "create", "--name", "Security", "--asset", "live", "--security", "--enable", "--watch"];
        let ended = operator.run(&words);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    machine.assert_whole();
    site.api.scan("live");
    let after = machine.updates_by_apt();
    assert_eq!(fettles(), after);
    let left = site.api.patches("live", "Missing");
    assert!(left.iter().all(|row| row["isSecurity"] == false), "{left:#?}");
    say(&format!("afterwards {} packages are pending", after.len()));
}

/// Address and suites, as this machine's own sources have them.
struct Mirror {
    uri: String,
    lines: Vec<String>,
}

impl Mirror {
    /// `None`, and it is said why, where there is none that answers.
    fn of_this_machine() -> Option<Self> {
        let wanted = ["indextargets", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages", "Origin: Debian"];
        let told = run(Command::new("apt-get").args(wanted)).expect("apt answers");
        let mut pairs: Vec<(&str, &str)> = told.lines().filter_map(|line| line.split_once(' ')).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let Some((uri, _)) = pairs.iter().find(|(_, suite)| *suite == "bookworm") else {
            say("skipped: this machine's sources name no mirror of Debian 12");
            return None;
        };
        if !answers(uri) {
            say("skipped: the mirror of this machine's sources does not answer within 10 s");
            return None;
        }
        let lines = pairs.iter().map(|(uri, suite)| format!("deb {uri} {suite} main\n")).collect();
        Some(Self { uri: (*uri).to_owned(), lines })
    }

    fn sources(&self) -> String {
        self.lines.concat()
    }
}

fn answers(uri: &str) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let limits = ["-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10", "-o", "Acquire::Retries=0"];
    let mut helper = Command::new("/usr/lib/apt/apt-helper");
    helper.args(limits).args(["download-file", &format!("{uri}dists/bookworm/InRelease")]);
    run(helper.arg(folder.path().join("InRelease"))).is_ok()
}

/// Debian 12 as it was released, made once a week.
fn base(mirror: &Mirror) -> PathBuf {
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache");
    let base = cache.join("debian-bookworm");
    let made = fs_err::metadata(base.join("etc/debian_version")).ok().and_then(|file| file.created().ok());
    if made.and_then(|made| made.elapsed().ok()).is_some_and(|age| age < KEPT) {
        return base;
    }
    fs_err::create_dir_all(&cache).expect("a folder");
    let fresh = tempfile::Builder::new().prefix("debian-").tempdir_in(&cache).expect("a folder");
    let root = fresh.path().join("root");
    let packages = "--include=ca-certificates,openssl,xz-utils,apt-utils";
    run(Command::new("debootstrap").args(["--variant=minbase", packages, "bookworm"]).arg(&root).arg(&mirror.uri))
        .expect("debootstrap");
    for folder in ["var/cache/apt/archives", "var/lib/apt/lists"] {
        fs_err::remove_dir_all(root.join(folder)).expect("a folder");
        fs_err::create_dir_all(root.join(folder).join("partial")).expect("a folder");
    }
    if base.exists() {
        fs_err::remove_dir_all(&base).expect("the old base");
    }
    fs_err::rename(&root, &base).expect("a base");
    base
}
