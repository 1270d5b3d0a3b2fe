//! What one machine reports judges others only once the server has read it in an index that a key of its own keyring
//! signed (`catalogue.md`).

use std::time::Duration;

use fettle_testhost::{FileServer, Host, Repository};

use crate::support::{Machine, Site, eventually, single};

/// The server looks for packages to confirm twice a minute.
const LOOKS: Duration = Duration::from_secs(90);

const NAME: &str = "fettle-later";

/// Corroboration of the later version of the package, where it is missing on the machine.
fn finding(site: &Site, machine: &str) -> Option<String> {
    let rows = site.api.patches(machine, "Missing");
    let row = rows.iter().find(|row| row["source"] == NAME)?;
    Some(row["corroboration"].as_str().expect("text").to_owned())
}

/// The same package in the same old version, from a repository of another name.
fn machine_with_another_repository(site: &Site, name: &str) -> (Machine, Repository, FileServer) {
    let mut other = Repository::new().expect("a repository");
    "Fettle-Other".clone_into(&mut other.label);
    other.add([single(NAME, "1.0")]).expect("a package");
    other.publish().expect("a signed release");
    let files = FileServer::start(&other.root()).expect("a server of files");
    let host = Host::new(name).expect("a host");
    host.add_source("other", &other.source_entry(&files.uri()), &other.key_file()).expect("a source");
    let machine = Machine::switched_on(name, host);
    machine.install_packages(&other, &[single(NAME, "1.0")]);
    (site.enrolled(machine), other, files)
}

#[test]
fn a_signed_index_makes_one_report_true_for_all_with_the_same_repository() {
    let options = ["--repository-host", "127.0.0.1"];
    let Some(mut site) = Site::with(3, [single(NAME, "1.0")], &options) else { return };
    let _reporter = site.machine("reporter", &[single(NAME, "1.0")]);
    let _silent = site.machine("silent", &[single(NAME, "1.0")]);
    let _elsewhere = machine_with_another_repository(&site, "elsewhere");

    site.repository.add([single(NAME, "2.0")]).expect("a package");
    site.repository.publish().expect("a signed release");
    site.api.scan("reporter");
    assert_eq!(finding(&site, "reporter").as_deref(), Some("Reported"));

    // The repository's key is in no keyring of the server: it looks, and believes nothing.
    let refused = "a repository could not confirm its packages";
    eventually("the server to ask the repository", LOOKS, || site.server.log().contains(refused).then_some(()));
    assert_eq!(finding(&site, "reporter").as_deref(), Some("Reported"));
    assert_eq!(finding(&site, "silent"), None, "one report does not judge another machine");

    let keyring = site.repository.key_file();
    site.server.kill();
    site.server.add_options(&["--keyring", keyring.to_str().expect("text")]);
    site.server.start_again();
    site.api.wait_for_index();
    eventually("the finding on the machine that did not report", LOOKS, || finding(&site, "silent"));
    assert_eq!(finding(&site, "silent").as_deref(), Some("SignedIndex"));
    assert_eq!(finding(&site, "reporter").as_deref(), Some("SignedIndex"));
    assert_eq!(finding(&site, "elsewhere"), None, "the repository is not configured there");

    // The machine itself agrees.
    site.api.wait_for_scan("silent");
    site.api.scan("silent");
    assert_eq!(finding(&site, "silent").as_deref(), Some("SignedIndex"));
}
