//! What goes wrong on a host, as the operator sees it: states, reasons, texts, logs and exit codes.

use fettle_testhost::{Package, demo};
use serde_json::{Value, json};

use crate::support::api::{PATIENCE, text};
use crate::support::{Machine, Site, eventually, single};

fn site(packages: impl IntoIterator<Item = Package>, installed: &[Package]) -> Option<(Site, Machine)> {
    let site = Site::new(1, packages.into_iter().chain(installed.iter().cloned()))?;
    let machine = site.machine("turing", installed);
    Some((site, machine))
}

/// State of the deployment, and outcome and failure of its only patch.
fn summary(deployment: &Value) -> (String, String, Value) {
    let patches = deployment["patches"].as_array().expect("a list");
    assert_eq!(patches.len(), 1, "{deployment:#}");
    (text(&deployment["state"]), text(&patches[0]["outcome"]), patches[0]["failure"].clone())
}

fn log(deployment: &Value) -> String {
    deployment["logs"].as_array().expect("a list").iter().map(|log| text(&log["text"])).collect()
}

#[test]
fn an_installer_that_fails_is_named_with_its_words() {
    let failing = single("fettle-failing", "2.0").postinst("echo the moon is in the wrong house; exit 7");
    let Some((site, machine)) = site([failing], &[single("fettle-failing", "1.0")]) else { return };
    let operator = site.operator();
    let words = ["jobs", "create", "--name", "Fails", "--asset", "turing", "--patch", "fettle-failing"];
    let ended = operator.run(&[&words[..], &["--enable", "--watch"]].concat());
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.out.contains("INSTALLER_EXIT"), "{ended:?}");

    let results = operator.json_of(&["jobs", "results", "Fails"], 1);
    assert_eq!(results["run"]["result"], "Failed");
    let deployment = &results["deployments"][0];
    assert_eq!(summary(deployment), ("Failed".to_owned(), "Failed".to_owned(), json!("INSTALLER_EXIT")));
    assert_eq!(deployment["patches"][0]["exitCode"], 100, "{deployment:#}");
    assert!(log(deployment).contains("the moon is in the wrong house"), "{}", log(deployment));

    // While the package is broken every run of apt would end with its error: nothing else begins, and the check is named.
    let start = |name: &str| {
        let patches = [site.api.patch_id("fettle-demo", demo::FIXED)];
        site.api.start_job(name, "Install", &["turing"], &patches)
    };
    let blocked = site.api.results(&start("Waits for repair")).remove(0);
    assert_eq!(
        (&blocked["state"], &blocked["reason"]),
        (&json!("Failed"), &json!("PREREQUISITE_MISSING")),
        "{blocked:#}"
    );
    assert!(text(&blocked["text"]).contains("AG-02"), "{blocked:#}");
    assert_eq!(machine.version("fettle-demo"), demo::OLD);

    machine.run(&["dpkg", "--purge", "fettle-failing"]);
    let run = start("Works");
    let after = site.api.results(&run).remove(0);
    assert_eq!(summary(&after), ("Completed".to_owned(), "Success".to_owned(), Value::Null), "{after:#}");
    assert_eq!(machine.version("fettle-demo"), demo::FIXED, "{after:#}");
}

#[test]
fn a_cancelled_installer_is_let_to_its_end() {
    let hanging = single("fettle-hanging", "2.0").postinst("until test -e /var/lib/patient; do sleep 0.05; done");
    let Some((site, machine)) = site([hanging], &[single("fettle-hanging", "1.0")]) else { return };
    let patches = [site.api.patch_id("fettle-hanging", "2.0")];
    let run = site.api.start_job("Hangs", "Install", &["turing"], &patches);
    eventually("the installer", PATIENCE, || {
        let deployment = site.api.deployments(&run).remove(0);
        (deployment["state"] == "Patching" && log(&deployment).contains("Setting up fettle-hanging")).then_some(())
    });
    site.api.post(&format!("/v1/runs/{run}/cancel"), &json!({})).ok();
    eventually("the request to cancel", PATIENCE, || {
        (site.api.deployments(&run)[0]["cancelRequested"] == true).then_some(())
    });
    fs_err::write(machine.host.root().join("var/lib/patient"), "").expect("a file");
    let deployment = eventually("the end of the deployment", PATIENCE, || {
        let deployment = site.api.deployments(&run).remove(0);
        (!deployment["endedAt"].is_null()).then_some(deployment)
    });
    assert_eq!(deployment["state"], "Canceled", "{deployment:#}");
    assert_eq!(machine.version("fettle-hanging"), "2.0", "the running transaction was brought to its end");
    assert_eq!(deployment["patches"][0]["outcome"], "Success", "what it did is told as it is: {deployment:#}");
    assert_eq!(site.api.get(&format!("/v1/runs/{run}"))["state"], "Canceled");
    machine.assert_whole();
    site.api.scan("turing");
    assert!(site.api.patches("turing", "Missing").iter().all(|row| row["source"] != "fettle-hanging"));
}

#[test]
fn a_held_package_stays_and_its_finding_says_why() {
    let Some((site, machine)) = site([single("fettle-held", "2.0")], &[single("fettle-held", "1.0")]) else { return };
    machine.run(&["apt-mark", "hold", "fettle-held"]);
    site.api.scan("turing");
    let missing = site.api.patches("turing", "Missing");
    let row = missing.iter().find(|row| row["source"] == "fettle-held").expect("it is missing");
    assert_eq!(row["obstacle"], "Held", "{row:#}");

    let run = site.api.start_job("Held", "Install", &["turing"], &[text(&row["id"])]);
    let deployment = site.api.results(&run).remove(0);
    assert_eq!(summary(&deployment), ("Failed".to_owned(), "Failed".to_owned(), json!("PACKAGE_HELD")));
    assert_eq!(machine.version("fettle-held"), "1.0");
}

#[test]
fn a_removal_is_refused_until_the_job_allows_it() {
    let pushing = single("fettle-pushing", "2.0").conflicts("fettle-victim");
    let installed = [single("fettle-pushing", "1.0"), single("fettle-victim", "1.0")];
    let Some((site, machine)) = site([pushing], &installed) else { return };
    let operator = site.operator();
    let words = ["jobs", "create", "--asset", "turing", "--patch", "fettle-pushing", "--name"];
    let dry = operator.json_of(&[&words[..], &["Dry", "--dry-run"]].concat(), 1);
    let verdict = &dry["assets"][0]["patches"][0];
    assert_eq!((&verdict["verdict"], &verdict["reason"]), (&json!("WouldFail"), &json!("REMOVAL_REFUSED")), "{dry:#}");

    let refused = operator.run(&[&words[..], &["Refused", "--enable", "--watch"]].concat());
    assert_eq!(refused.code, 1, "{refused:?}");
    let deployment = &operator.json_of(&["jobs", "results", "Refused"], 1)["deployments"][0];
    assert_eq!(summary(deployment), ("Failed".to_owned(), "Failed".to_owned(), json!("REMOVAL_REFUSED")));
    assert!(text(&deployment["patches"][0]["text"]).contains("fettle-victim"), "{deployment:#}");
    assert_eq!(machine.version("fettle-pushing"), "1.0");

    let shown = operator.json(&[&words[..], &["Dry", "--allow-removals", "--dry-run"]].concat());
    assert_eq!(shown["totals"]["removals"], 1, "{shown:#}");
    let allowed = operator.run(&[&words[..], &["Allowed", "--allow-removals", "--enable", "--watch"]].concat());
    assert_eq!(allowed.code, 0, "{allowed:?}");
    assert_eq!(machine.version("fettle-pushing"), "2.0");
    let deployment = &operator.json(&["jobs", "results", "Allowed"])["deployments"][0];
    let moved = deployment["alsoMoved"].as_array().expect("a list");
    assert!(moved.iter().any(|one| one["name"] == "fettle-victim" && one["to"].is_null()), "{deployment:#}");
    machine.assert_whole();
}

/// As Debian does it: the meta package depends on the newest kernel, whose package has a name of its own.
#[test]
fn a_kernel_comes_through_its_meta_package_and_the_running_one_stays() {
    let meta = |version: &str, abi: &str| {
        let mut package = Package::new("linux-image-demo", version).depends(&format!("linux-image-{abi}-demo"));
        "linux-signed-demo".clone_into(&mut package.source);
        package
    };
    let image = |version: &str, abi: &str| {
        let mut package = Package::new(&format!("linux-image-{abi}-demo"), version);
        "linux-signed-demo".clone_into(&mut package.source);
        package
    };
    let installed = [image("6.1.10-1", "6.1.0-10"), meta("6.1.10-1", "6.1.0-10")];
    let offered = [image("6.1.20-1", "6.1.0-20"), meta("6.1.20-1", "6.1.0-20")];
    let Some((site, machine)) = site(offered, &installed) else { return };

    let run =
        site.api.start_job("Kernel", "Install", &["turing"], &[site.api.patch_id("linux-signed-demo", "6.1.20-1")]);
    let deployment = site.api.results(&run).remove(0);
    assert_eq!(summary(&deployment), ("Completed".to_owned(), "Success".to_owned(), Value::Null), "{deployment:#}");
    assert_eq!(machine.version("linux-image-demo"), "6.1.20-1");
    assert_eq!(machine.version("linux-image-6.1.0-20-demo"), "6.1.20-1");
    assert_eq!(machine.version("linux-image-6.1.0-10-demo"), "6.1.10-1", "the kernel that may be running stays");
    let moved = deployment["alsoMoved"].as_array().expect("a list");
    assert_eq!(moved.len(), 1, "{deployment:#}");
    assert_eq!((&moved[0]["name"], &moved[0]["from"]), (&json!("linux-image-6.1.0-20-demo"), &Value::Null));
}

/// apt would leave it for later; somebody who chooses it gets it.
#[test]
fn a_staged_rollout_says_so_and_is_installed_when_it_is_chosen() {
    let staged = single("fettle-staged", "2.0").phased(0);
    let Some((site, machine)) = site([staged], &[single("fettle-staged", "1.0")]) else { return };
    let missing = site.api.patches("turing", "Missing");
    let row = missing.iter().find(|row| row["source"] == "fettle-staged").expect("it is missing");
    assert_eq!(row["obstacle"], "Phased", "{row:#}");
    assert!(machine.updates_by_apt().iter().all(|(name, ..)| name != "fettle-staged"), "apt waits for the vendor");

    let run = site.api.start_job("Staged", "Install", &["turing"], &[text(&row["id"])]);
    let deployment = site.api.results(&run).remove(0);
    assert_eq!(summary(&deployment), ("Completed".to_owned(), "Success".to_owned(), Value::Null), "{deployment:#}");
    assert_eq!(machine.version("fettle-staged"), "2.0");
}
