//! The table of Microsoft's updates in the index, on real Windows hosts: every finding is as `fettle assess` has it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Instant;

use fettle_catalog::definitions::patches::patches;
use fettle_catalog::definitions::{Article, Definitions, read};
use fettle_catalog::host::product::Product;
use fettle_catalog::host::windows::{Architecture, Edition, Host, systeminfo};
use fettle_catalog::host::{Status as HostStatus, assess, encoding};
use fettle_catalog::judge::{AssetView, Verdict, judge};
use fettle_catalog::rule::{Reporters, Rule};
use fettle_index::{AssetChange, Columns, ComponentId, Index, PatchEntry, PatchNumber, Status};
use fettle_model::component::Component;
use fettle_model::patch::PatchState;
use fettle_model::{AssetId, ScanStatus};
use jiff::Timestamp;
use uuid::Uuid;

/// None, said so, where the folder of real vendor data is not beside this checkout.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn vendor_files() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/wesng");
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: the folder of real vendor data is not beside this checkout");
    None
}

/// As an agent of Windows reports it.
fn components(host: &Host) -> Vec<Component> {
    let version = match host.build {
        ..2600 => "5.0",
        2600..3790 => "5.1",
        3790..6000 => "5.2",
        6000..7600 => "6.0",
        7600..9200 => "6.1",
        9200..9600 => "6.2",
        9600..10240 => "6.3",
        _ => "10.0",
    };
    let edition = match host.edition {
        Edition::Client => "Client",
        Edition::Server => "Server",
    };
    let architecture = match host.architecture {
        Architecture::X86 => "X86",
        Architecture::X64 => "X64",
        Architecture::Arm64 => "ARM64",
        Architecture::Itanium => "IA64",
    };
    let pack = host.service_pack.map_or_else(String::new, |number| format!(" SP{number}"));
    let release = format!("{version}.{} {edition} {architecture}{pack}", host.build);
    let articles = host.articles.iter().map(|article| Component::Kb { article: *article });
    std::iter::once(Component::Os { id: "windows".to_owned(), release }).chain(articles).collect()
}

fn columns(asset: AssetId) -> Columns {
    Columns {
        id: asset,
        name: asset.to_string(),
        fqdn: None,
        operating_system: "Windows".to_owned(),
        os_family: "windows".to_owned(),
        os_id: "windows".to_owned(),
        os_version: String::new(),
        architecture: "x86_64".to_owned(),
        address: None,
        agent_version: "0".to_owned(),
        activation_key: None,
        last_logged_on_user: None,
        pending_reboot: false,
        scan_status: ScanStatus::Scanned,
        scan_reason: None,
        scanned_at: None,
        enrolled_at: Timestamp::UNIX_EPOCH,
        last_checked_in: None,
        revision: 1,
        last_deployment: None,
    }
}

fn entries(definitions: &Definitions) -> Vec<PatchEntry> {
    let entry = |(number, patch)| PatchEntry {
        number: PatchNumber(number),
        rule: Rule::of(&patch, &Reporters::default()),
        patch,
        state: PatchState::default(),
        synced_at: Timestamp::UNIX_EPOCH,
        revision: 1,
        derived_severity: None,
    };
    (0..).zip(patches(definitions)).map(entry).collect()
}

/// Reports a host's components as they are.
fn report(index: &Index, known: &mut BTreeMap<Component, ComponentId>, asset: AssetId, components: &[Component]) {
    for component in components {
        let next = ComponentId(u32::try_from(known.len()).expect("few components"));
        known.entry(component.clone()).or_insert(next);
    }
    index.add_components(known.iter().map(|(component, id)| (*id, component)));
    let added: BTreeSet<ComponentId> = components.iter().map(|component| known[component]).collect();
    let added = added.into_iter().collect();
    index.change_asset(AssetChange { columns: columns(asset), facts: None, added, removed: Vec::new() }, None);
}

/// Every second host reports before the table is there, every other one after it.
#[test]
fn findings_are_those_of_assess() {
    let Some(folder) = vendor_files() else { return };
    let table = fs_err::File::open(folder.join("definitions.zip")).expect("readable");
    let (definitions, _) = read(table).expect("the real table");
    let mut hosts = Vec::new();
    for file in fs_err::read_dir(folder.join("hosts")).expect("a folder") {
        let bytes = fs_err::read(file.expect("a file").path()).expect("readable");
        // Three files are lists of updates, and name no system.
        if let Ok(host) = systeminfo(&encoding::decode(&bytes).expect("text")) {
            hosts.push(host);
        }
    }
    assert_eq!(hosts.len(), 21);
    let hosts: Vec<_> = (1u128..).map(|number| AssetId(Uuid::from_u128(number))).zip(hosts).collect();

    let (index, mut known) = (Index::new(), BTreeMap::new());
    let (before, after): (Vec<_>, Vec<_>) = hosts.iter().partition(|(asset, _)| asset.uuid().as_u128() % 2 == 0);
    for (asset, host) in before {
        report(&index, &mut known, *asset, &components(host));
    }
    let entries = entries(&definitions);
    let count = entries.len();
    let started = Instant::now();
    index.put_patches(entries);
    eprintln!("{count} updates are in the index after {:?}", started.elapsed());
    for (asset, host) in after {
        report(&index, &mut known, *asset, &components(host));
    }
    for (asset, host) in &hosts {
        compare(&index, &definitions, *asset, host);
    }
    // 34,220 pairs of article and product's name, without those that mean one product of a machine.
    assert_eq!(count, 25_866);
}

fn compare(index: &Index, definitions: &Definitions, asset: AssetId, host: &Host) {
    let product = Product::of(host).expect("a release");
    let assessment = assess(definitions, &product, &host.articles).expect("a known product");
    let wanted: BTreeMap<Article, (Status, bool)> = assessment
        .findings
        .iter()
        .map(|finding| {
            let status = if finding.status == HostStatus::Missing { Status::Missing } else { Status::Installed };
            (finding.article, (status, finding.is_latest))
        })
        .collect();
    let findings = index.findings(asset);
    let article = |entry: &PatchEntry| entry.patch.update.as_ref().expect("an update").article;
    let found: BTreeMap<Article, (Status, bool)> =
        findings.iter().map(|finding| (article(&finding.entry), (finding.status, finding.is_latest))).collect();
    assert_eq!(found.len(), findings.len(), "{}: each article once", product.name());
    assert_eq!(found, wanted, "{}", product.name());

    let components = components(host);
    let view = AssetView::new(&components);
    for finding in &findings {
        let verdict = judge(&finding.entry.rule, asset, &view).verdict;
        assert_eq!(verdict == Verdict::Missing, finding.status == Status::Missing, "{}", finding.entry.patch.title);
    }
    let latest = findings.iter().filter(|finding| finding.status == Status::Missing && finding.is_latest).count();
    let counts = index.asset(asset).expect("it is there").counts;
    assert_eq!(counts.missing as usize, latest, "{}", product.name());
    let installed = findings.iter().filter(|finding| finding.status == Status::Installed).count();
    assert_eq!(counts.installed as usize, installed, "{}", product.name());
}
