//! Things to store.

use fettle_model::asset::Facts;
use fettle_model::clock::SeededEntropy;
use fettle_model::component::Repository;
use fettle_model::job::{JobOptions, JobSpecification, JobStatus, Work};
use fettle_model::patch::{Corroboration, MatchedBy, NativeId, Patch, PatchKind, PatchPackage, Reboot};
use fettle_model::run::RunState;
use fettle_model::{
    AssetId, DeploymentId, DeploymentState, JobId, PackageKind, PatchId, RunId, ScanStatus, Severity, Sha256,
};
use fettle_store::access::{User, UserStatus};
use fettle_store::assets::{Asset, AssetFacts, AssetIdentity, AssetInventory, AssetNumber, NewAsset};
use fettle_store::jobs::{Deployment, Job, Run};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// Seconds after an evening in November, with microseconds that both databases must keep.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-21T20:00:00.123456Z".parse().expect("a time");
    start + SignedDuration::from_secs(seconds)
}

pub(crate) fn hash(byte: u8) -> Sha256 {
    Sha256([byte; 32])
}

/// Sorts by `n`, as ids of version 7 sort by age.
macro_rules! id {
    ($type:ty, $n:expr) => {
        <$type>::new(crate::sample::at($n), &fettle_model::clock::SeededEntropy::new(i64::unsigned_abs($n)))
    };
}
pub(crate) use id;

pub(crate) fn user(n: i64, username: &str) -> User {
    User {
        id: id!(fettle_model::UserId, n),
        username: username.to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Lovelace".to_owned(),
        email: format!("{username}@example.com"),
        password_hash: "$argon2id$…".to_owned(),
        roles: vec!["SuperUser".to_owned()],
        status: UserStatus::Active,
        created_at: at(n),
        last_login_at: None,
    }
}

pub(crate) fn new_asset(n: i64) -> NewAsset {
    let asset = Asset {
        number: AssetNumber(0),
        id: id!(AssetId, n),
        revision: 0,
        hostname: format!("web{n:02}"),
        fqdn: Some(format!("web{n:02}.example.com")),
        os_family: "linux".to_owned(),
        os_id: "debian".to_owned(),
        os_version: "12".to_owned(),
        os_name: "Debian GNU/Linux 12 (bookworm)".to_owned(),
        arch: "x86_64".to_owned(),
        agent_version: "1.0.0".to_owned(),
        incarnation: 1,
        token_current: vec![1; 16],
        token_previous: None,
        manifest_counter: 0,
        scan_status: ScanStatus::Pending,
        scan_reason: None,
        scanned_at: None,
        dropped: 0,
        facts_hash: String::new(),
        last_logged_on: None,
        pending_reboot: false,
        enrolled_at: at(n),
        activation_key: None,
        activation_key_title: Some("Key of a sample".to_owned()),
        previous_asset: None,
        retired_at: None,
    };
    NewAsset {
        asset,
        inventory: AssetInventory { fingerprint: [0; 32], components: vec![], ledger: vec![], coverage: vec![] },
        facts: AssetFacts { facts: Facts::default(), self_check: json!([]) },
        identity: AssetIdentity {
            hardware: json!([{"kind": "dmi", "hash": hash(7)}]),
            alternation: None,
            record_key: vec![9; 40],
        },
    }
}

pub(crate) fn patch(source: &str, version: &str) -> Patch {
    Patch {
        id: PatchId::derive("debian", &format!("{source} {version}"), "debian:12", "any"),
        aliases: Vec::new(),
        native_ids: vec![NativeId { scheme: "APT".to_owned(), value: format!("{source} {version}") }],
        title: format!("{source} {version}"),
        description: "  * Fix — “quoted”, and \u{1F980}".to_owned(),
        vendor: "Debian".to_owned(),
        kind: PatchKind::Security,
        severity: Severity::None,
        urgency: Some("high".to_owned()),
        cves: Some(vec!["CVE-2026-0001".to_owned()]),
        product: "debian:12".to_owned(),
        package_kind: PackageKind::Deb,
        repository: Some(Repository::from("Debian/Debian-Security/bookworm-security/main")),
        source: source.to_owned(),
        source_version: version.to_owned(),
        packages: vec![PatchPackage {
            name: source.to_owned(),
            architecture: "amd64".to_owned(),
            fixed_version: version.to_owned(),
            stream: String::new(),
            size_bytes: Some(1 << 40),
            sha256: Some(hash(3)),
            corroboration: Corroboration::Reported,
            by: MatchedBy::Name,
            foreign: None,
        }],
        published: Some(at(-5)),
        modified: None,
        reboot: Reboot::Never,
        advisory_link: None,
        update: None,
        withdrawn: false,
    }
}

pub(crate) fn job(n: i64, name: &str) -> Job {
    let specification = JobSpecification {
        name: name.to_owned(),
        description: String::new(),
        work: Work::Install,
        assets: vec![id!(AssetId, 1)],
        patches: vec![patch("openssl", "3.0.18-1").id],
        options: JobOptions::default(),
    };
    Job {
        id: id!(JobId, n),
        name: name.to_owned(),
        work: Work::Install,
        status: JobStatus::Disabled,
        revision: 1,
        owner: None,
        owner_name: "ada".to_owned(),
        specification,
        created_at: at(n),
        changed_at: at(n),
        deleted_at: None,
    }
}

pub(crate) fn run(n: i64, job: JobId, number: u64) -> Run {
    Run {
        id: id!(RunId, n),
        job,
        number,
        revision: 1,
        authorisation: Some(hash(5)),
        state: RunState::Published,
        result: None,
        patches: vec![patch("openssl", "3.0.18-1").id],
        cancel_requested_at: None,
        published_at: at(n),
        started_at: None,
        finished_at: None,
    }
}

pub(crate) fn deployment(n: i64, run: &Run, asset: &Asset) -> Deployment {
    Deployment {
        id: id!(DeploymentId, n),
        run: run.id,
        job: run.job,
        asset: asset.id,
        asset_name: asset.hostname.clone(),
        state: DeploymentState::Pending,
        reason: None,
        text: None,
        refused_code: None,
        set_by_server: false,
        cancel_requested: false,
        reboot_pending: false,
        manifest: None,
        manifest_hash: None,
        counter: None,
        incarnation: 1,
        last_seq: 0,
        progress_step: None,
        progress_percent: None,
        progress_bytes: None,
        published_at: at(n),
        offered_at: None,
        started_at: None,
        ended_at: None,
        changed_at: at(n),
    }
}

/// The entropy of tests.
pub(crate) fn entropy() -> SeededEntropy {
    SeededEntropy::new(11)
}
