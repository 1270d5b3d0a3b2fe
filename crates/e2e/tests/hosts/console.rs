//! The main job in a browser: Playwright with Chromium against a real server and real machines. The steps are in
//! `console/e2e`.

use std::path::{Path, PathBuf};
use std::process::Command;

use fettle_testhost::{demo, lacking};

use crate::support::api::{PASSWORD, USERNAME};
use crate::support::wait::say;
use crate::support::{Api, Bare, Site};

fn console() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console")
}

/// Why no browser can be driven here.
fn no_browser() -> Option<String> {
    for (part, how) in [("node_modules/@playwright/test", "npm ci"), ("dist/index.html", "npm run build")] {
        if !console().join(part).exists() {
            return Some(format!("skipped: console/{part} is not there (run `{how}` in console)"));
        }
    }
    lacking(&["chromium"])
}

/// Runs specifications of `console/e2e` against the server.
fn playwright(url: &str, words: &[&str], variables: &[(&str, &str)]) {
    // Run by Node itself: a chain of npm's shells would leave the browser behind when a test is ended.
    let mut command = Command::new("node");
    command.arg("node_modules/@playwright/test/cli.js").arg("test").args(words).current_dir(console());
    command.env("FETTLE_URL", url).env("FETTLE_USERNAME", USERNAME).env("FETTLE_PASSWORD", PASSWORD);
    command.envs(variables.iter().copied());
    let ended = command.output().expect("node starts");
    let said = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success() && said.contains(" passed"), "{words:?} failed:\n{said}");
    say(&said);
}

#[test]
fn a_host_is_patched_in_a_browser_and_the_patch_taken_back() {
    if let Some(reason) = no_browser() {
        return say(&reason);
    }
    let Some(bare) = Bare::new(1, [], &[]) else { return };
    let link = bare.server.setup_link.clone();
    playwright(&bare.server.url(), &["hosts.spec.ts", "-g", "one-time link"], &[("FETTLE_SETUP_LINK", &link)]);
    let api = Api::sign_in(&bare.server);
    let site = bare.with_api(api);
    let machine = site.machine("lovelace", &[]);
    playwright(&site.server.url(), &["hosts.spec.ts", "-g", "taken back"], &[("FETTLE_HOST", "lovelace")]);
    assert_eq!(machine.version("fettle-demo"), demo::OLD);
    for kind in ["Upgrade", "Downgrade"] {
        assert_eq!(machine.times_in_history(kind, "fettle-demo"), 1, "{kind}");
    }
    machine.assert_whole();
}

/// What the console's own tests show with a fixture holds with a real server and a machine.
#[test]
fn the_other_pages_work_with_a_real_server() {
    if let Some(reason) = no_browser() {
        return say(&reason);
    }
    let Some(site) = Site::new(1, []) else { return };
    let _machine = site.machine("johnson", &[]);
    let pages = ["agents.spec.ts", "assets.spec.ts", "overview.spec.ts", "patches.spec.ts", "session.spec.ts"];
    playwright(&site.server.url(), &pages, &[]);
}
