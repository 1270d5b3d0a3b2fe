//! Uninstalling, images, and servers whose chain ends in a root of the system.

use std::process::Output;

use fettle_model::job::Work;
use fettle_testhost::Package;

use crate::channel::{Agent, Setting};
use crate::setting::Setting as HostSetting;
use crate::support::orders::{offer, patch};

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn uninstalling_says_goodbye_ends_the_agent_and_leaves_the_limits() {
    let Some(setting) = Setting::new() else { return };
    let words = setting.server.install_words();
    assert!(setting.command("install").args(&words).arg("Labels=prod").status().expect("it starts").success());
    let mut agent = setting.run();
    setting.server.wait_for("the first report", |state| state.reports.first().map(|_| ()));
    let gone = setting.command("uninstall").output().expect("it starts");
    assert_eq!(gone.status.code(), Some(0), "{}", text(&gone));
    assert_eq!(agent.0.wait().expect("the agent").code(), Some(0), "it was asked to end");
    assert_eq!(setting.server.state().goodbyes.len(), 1);
    let left: Vec<String> = fs_err::read_dir(setting.data.path())
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(left, ["limits.toml"], "what is the administrator's stays");

    // Twice is as once, and a server that is out of reach is no error.
    assert_eq!(setting.command("uninstall").status().expect("it starts").code(), Some(0));
    assert_eq!(setting.server.state().goodbyes.len(), 1);
    assert!(setting.install().status.success());
    setting.server.change(|state| {
        state.refusals.insert("goodbye".to_owned(), [(503, crate::support::refusal("BUSY"))].into());
    });
    let untold = setting.command("uninstall").output().expect("it starts");
    assert_eq!(untold.status.code(), Some(0));
    assert!(text(&untold).contains("not told"), "{}", text(&untold));
}

#[test]
fn an_active_deployment_is_in_the_way_unless_forced() {
    let newer = "1.0-1+deb12u2";
    let slow = Package::new("fettle-demo", newer).postinst("while ! test -e /var/lib/patient; do sleep 0.1; done");
    let Some(setting) = HostSetting::new([slow]) else { return };
    let deployment = offer(&setting.server, 1, Work::Install, vec![patch(1, &["fettle-demo"], newer)]);
    setting.server.wait_for("the script", |state| {
        let log: String = state.logs.iter().map(|chunk| chunk.text.as_str()).collect();
        (log.contains("Setting up fettle-demo") && state.states_of(deployment).len() > 1).then_some(())
    });
    let refused = setting.host.run_inside(&["fettle-agent", "uninstall", "--data", "/var/lib/f"]);
    assert!(format!("{:#}", refused.expect_err("it is refused")).contains("DEPLOYMENT_ACTIVE"));
    assert!(setting.server.state().goodbyes.is_empty());
    fs_err::write(setting.host.root().join("var/lib/patient"), "").expect("a file");
    let words = ["fettle-agent", "uninstall", "--data", "/var/lib/f", "--force", "--keep-data"];
    setting.host.run_inside(&words).expect("it is forced");
    assert_eq!(setting.server.state().goodbyes.len(), 1);
    assert_eq!(setting.audit(), "", "the installer came to its end");
    assert_eq!(setting.version("fettle-demo"), newer);
    let folder = setting.host.root().join("var/lib/f");
    assert!(folder.join(format!("keeper/journal/{deployment}.jnl")).exists());
    assert!(!folder.join("keeper/record.key").exists() && !folder.join("talker").exists());
}

#[test]
fn only_a_copy_of_an_image_enrols() {
    let Some(setting) = Setting::new() else { return };
    let id = setting.machine.path().join("etc/machine-id");
    fs_err::write(&id, "0123456789abcdef0123456789abcdef\n").expect("a machine id");
    let words = setting.server.install_words();
    let prepared = setting.command("install").args(&words).arg("--prepare-image").output().expect("it starts");
    assert!(prepared.status.success(), "{}", text(&prepared));
    let mut original = setting.command("run");
    let mut original = Agent(original.stderr(std::process::Stdio::piped()).spawn().expect("it starts"));
    let mut line = String::new();
    let errors = original.0.stderr.take().expect("a pipe");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(errors), &mut line).expect("a line");
    assert!(line.contains("an image was made of this machine"), "{line}");
    drop(original);
    assert!(setting.server.state().enrolments.is_empty());

    fs_err::write(&id, "fedcba9876543210fedcba9876543210\n").expect("a machine id");
    let _copy = setting.run();
    setting.server.wait_for("the copy's enrolment", |state| state.enrolments.first().map(|_| ()));
}

#[test]
fn without_a_pin_the_chain_ends_in_a_root_of_the_system() {
    let Some(setting) = Setting::new() else { return };
    let mut words = setting.server.install_words();
    assert!(words.pop().is_some_and(|word| word.starts_with("ServerCa=")));
    let unknown = setting.command("install").args(&words).output().expect("it starts");
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown).contains("SERVER_UNTRUSTED"), "{}", text(&unknown));
    assert!(setting.server.state().enrolments.is_empty());

    let roots = setting.data.path().join("roots.pem");
    fs_err::write(&roots, &setting.server.ca_pem).expect("a root store");
    let known = setting.command("install").args(&words).env("SSL_CERT_FILE", &roots).output().expect("it starts");
    assert!(known.status.success(), "{}", text(&known));
    assert_eq!(setting.server.state().enrolments.len(), 1);
}
