//! One host and every advisory of its release: by `oscap`, by `debsecan`, by a plain evaluator, and by the index.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use fettle_catalog::apt::control::Paragraphs;
use fettle_catalog::apt::packages::source;
use fettle_catalog::debian::patches;
use fettle_catalog::judge::{AssetView, judge};
use fettle_index::AssetChange;
use fettle_model::component::Component;

use super::least;
use super::population::{Population, asset_id, columns, entries};
use crate::table::{Bar, Table, micros, show};

/// Makes machines of Debian 11 with what the two tools need to judge them; the last machine is of another release.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/tests/oracle/inputs/make.py");
const LIST: &str = "debian/security-tracker_DSA_list.txt";
/// After the list, as the script takes them.
const OTHERS: [&str; 2] =
    ["vuls-data-update/debian/tracker/api/advisory.json", "debian_apt/bookworm-security_main_binary-amd64_Packages.xz"];
const PRODUCT: &str = "debian:11";
/// Different machines, and the fleet that has each of them many times.
const KINDS: usize = 20;
const HOSTS: usize = 10_000;
const RUNS: usize = 5;

pub(crate) fn measure(table: &mut Table, vendor_files: &Path) -> anyhow::Result<()> {
    show("One host");
    let folder = tempfile::tempdir()?;
    let mut script = Command::new("python3");
    script.args(["-B", SCRIPT]).arg(vendor_files.join(LIST)).args(OTHERS.map(|name| vendor_files.join(name)));
    run(script.arg((KINDS + 1).to_string()).arg(folder.path()))?;
    let machines: Vec<PathBuf> = (0..KINDS).map(|number| folder.path().join(format!("machine-{number:02}"))).collect();
    let kinds: Vec<Vec<Component>> = machines.iter().map(|machine| components(machine)).collect::<Result<_, _>>()?;
    let (read, _) = patches::read(fs_err::read(vendor_files.join(LIST))?.as_slice())?;
    let entries = entries(0, read.into_iter().filter(|patch| patch.product == PRODUCT));
    let what = format!("one host, {} packages, {} advisories", kinds[0].len() - 1, entries.len());

    let oscap = seconds(&mut oscap(&machines[0]))?;
    table.add(&format!("{what}: oscap"), micros(oscap), None, "µs", Bar::None);
    let debsecan = seconds(&mut debsecan(&machines[0], folder.path()))?;
    table.add(&format!("{what}: debsecan"), micros(debsecan), None, "µs", Bar::None);
    let plain = least(RUNS, || {
        let view = AssetView::new(&kinds[0]);
        entries.iter().map(|entry| judge(&entry.rule, asset_id(0), &view).verdict).collect::<Vec<_>>()
    });
    table.add(&format!("{what}: plain evaluator"), micros(plain), None, "µs", Bar::None);

    let fastest = oscap.min(debsecan).min(plain);
    let population = Population::new((0..HOSTS).map(|host| kinds[host % KINDS].clone()));
    let each = population.judging(RUNS, &entries) / population.hosts();
    let bar = Bar::AtMost(micros(fastest) / 100.0);
    table.add(&format!("{what}: Fettle, each of {HOSTS}"), micros(each), Some(micros(fastest)), "µs", bar);

    // By itself, as a report is judged: nothing is shared with others but what is known of the components.
    let index = population.index();
    index.load_patches(entries);
    let (newcomer, added) = (asset_id(HOSTS), population.ids_of(0));
    let first = least(RUNS, || {
        index.remove_asset(newcomer);
        let change =
            AssetChange { columns: columns(newcomer, 1), facts: None, added: added.clone(), removed: Vec::new() };
        index.change_asset(change, None);
    });
    table.add(&format!("{what}: Fettle, a first report"), micros(first), Some(micros(fastest)), "µs", Bar::None);
    Ok(())
}

fn oscap(machine: &Path) -> Command {
    let mut command = Command::new("oscap");
    // Its check of the definitions against their schema is not what is measured.
    command.args(["oval", "eval", "--skip-validation", "oval.xml"]);
    command.current_dir(machine).env("APT_CONFIG", machine.join("apt.conf"));
    command
}

fn debsecan(machine: &Path, folder: &Path) -> Command {
    let mut command = Command::new("debsecan");
    command.args(["--suite", "bullseye", "--format", "simple", "--config", "/dev/null"]);
    command.arg("--source").arg(format!("file://{}", folder.join("debsecan").display()));
    command.arg("--status").arg(machine.join("status")).arg("--whitelist").arg(machine.join("no-whitelist"));
    command
}

/// The least time of some runs, from start to end of the process.
fn seconds(command: &mut Command) -> anyhow::Result<Duration> {
    let mut result = Ok(());
    let time = least(RUNS, || result = run(command));
    result.map(|()| time)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.with_context(|| format!("{} cannot be started", command.get_program().display()))?;
    anyhow::ensure!(status.success(), "{} ended with {status}", command.get_program().display());
    Ok(())
}

/// What an agent would report of the machine.
fn components(machine: &Path) -> anyhow::Result<Vec<Component>> {
    let status = fs_err::read(machine.join("status"))?;
    let mut components = vec![Component::Os { id: "debian".to_owned(), release: "11".to_owned() }];
    for paragraph in Paragraphs::new(status.as_slice()) {
        let paragraph = paragraph?;
        let text = |name: &'static str| paragraph.field(name).map(str::to_owned).context(name);
        let (name, version) = (text("Package")?, text("Version")?);
        let (source, source_version) = source(paragraph.field("Source"), &name, &version);
        if text("Status")?.ends_with(" installed") {
            components.push(Component::Deb { arch: text("Architecture")?, name, version, source, source_version });
        }
    }
    Ok(components)
}
