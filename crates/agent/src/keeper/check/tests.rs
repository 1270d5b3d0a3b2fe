//! One row for each code: what is changed in good work, and what is answered.

use fettle_model::job::Work;
use fettle_wire::SigningKey;
use fettle_wire::document::authorisation::{AuthorisedPackage, AuthorisedPatch, FORMAT, RebootRule, Targets};
use fettle_wire::document::manifest::{ManifestLimits, ManifestOptions, ManifestPackage, ManifestPatch};
use fettle_wire::document::trust::{Approvals, AuthorisationKey};

use super::*;

fn id<T: From<uuid::Uuid>>(number: u128) -> T {
    uuid::Uuid::from_u128(number).into()
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Good work, and the situation in which it is accepted.
struct Case {
    manifest: Manifest,
    authorisation: Authorisation,
    trust: TrustStatement,
    identity: Identity,
    counter: u64,
    revisions: BTreeMap<JobId, u64>,
    now: Timestamp,
    server_time: Timestamp,
    monitor_only: bool,
    limits: HostLimits,
    security: BTreeSet<String>,
    free_bytes: u64,
    journal_room: u64,
    manifest_key: SigningKey,
    authorisation_keys: Vec<SigningKey>,
    alter_manifest: fn(Vec<u8>) -> Vec<u8>,
    alter_authorisation: fn(Vec<u8>) -> Option<Vec<u8>>,
}

fn good() -> Case {
    let (manifest_key, _) = SigningKey::generate().expect("a key");
    let (authorisation_key, _) = SigningKey::generate().expect("a key");
    let package = ManifestPackage {
        manager: "apt".to_owned(),
        name: "openssl".to_owned(),
        arch: "amd64".to_owned(),
        version: "3.0.18-1".to_owned(),
        or_newer: true,
        sha256: None,
    };
    let manifest = Manifest {
        format: MANIFEST_FORMAT.to_owned(),
        organisation: id(1),
        agent: id(2),
        incarnation: 1,
        deployment: id(3),
        run: id(4),
        job: id(5),
        authorisation: Sha256([0; 32]),
        counter: 8,
        issued: at("2026-11-21T20:00:00Z"),
        expires: at("2026-11-28T20:00:00Z"),
        start: at("2026-11-21T20:00:00Z"),
        end: None,
        work: Work::Install,
        patches: vec![ManifestPatch { id: id(6), title: "openssl".to_owned(), order: 1, packages: vec![package] }],
        options: ManifestOptions { continue_on_patch_failure: true, allow_removals: false, suppress_reboots: true },
        limits: ManifestLimits { installer_timeout_s: 600 },
    };
    let allowed = AuthorisedPackage {
        manager: "apt".to_owned(),
        name: "openssl".to_owned(),
        at_least: Some("3.0.18-1".to_owned()),
        below: None,
    };
    let authorisation = Authorisation {
        format: FORMAT.to_owned(),
        organisation: id(1),
        id: id(7),
        job: id(5),
        job_name: "October".to_owned(),
        revision: 4,
        work: Work::Install,
        requested_by: "ada".to_owned(),
        patches: vec![AuthorisedPatch { id: id(6), title: "openssl".to_owned(), packages: vec![allowed] }],
        allow_removals: false,
        allow_downgrade: false,
        reboot: RebootRule::Never,
        targets: Targets { agents: Some(vec![id(2)]), ..Targets::default() },
        not_before: at("2026-11-21T00:00:00Z"),
        end: at("2027-02-19T00:00:00Z"),
        dry_run: None,
    };
    let trust = TrustStatement {
        format: fettle_wire::document::trust::FORMAT.to_owned(),
        organisation: id(1),
        version: 1,
        issued: at("2026-11-01T00:00:00Z"),
        expires: at("2027-11-01T00:00:00Z"),
        roots: Vec::new(),
        roots_needed: 1,
        authorisation: vec![AuthorisationKey {
            key: authorisation_key.public(),
            person: "ada".to_owned(),
            place: "Server".to_owned(),
        }],
        manifest: vec![manifest_key.public()],
        release: Vec::new(),
        server_ca: Vec::new(),
        approvals: Approvals { default: 1, actions: 1, removals: 1, agent_uninstall: 1 },
        withdrawn: Vec::new(),
        frozen: false,
    };
    Case {
        manifest,
        authorisation,
        trust,
        identity: Identity { agent: id(2), organisation: id(1), incarnation: 1 },
        counter: 7,
        revisions: BTreeMap::from([(id(5), 4)]),
        now: at("2026-11-21T20:01:00Z"),
        server_time: at("2026-11-21T20:01:02Z"),
        monitor_only: false,
        limits: HostLimits::default(),
        security: BTreeSet::from(["openssl".to_owned()]),
        free_bytes: 50_000_000_000,
        journal_room: 60_000_000,
        manifest_key,
        authorisation_keys: vec![authorisation_key],
        alter_manifest: |bytes| bytes,
        alter_authorisation: Some,
    }
}

impl Case {
    fn situation(&self) -> Situation<'_> {
        Situation {
            trust: &self.trust,
            identity: self.identity,
            counter: self.counter,
            revisions: &self.revisions,
            now: self.now,
            server_time: self.server_time,
            monitor_only: self.monitor_only,
            limits: &self.limits,
            security: &self.security,
            free_bytes: self.free_bytes,
            journal_room: self.journal_room,
        }
    }

    fn limit(&mut self, text: &str) {
        self.limits.limits = crate::limits::Limits::parse(text).expect("limits");
    }

    /// Both envelopes, signed over what the case has made of the documents.
    fn envelopes(&self) -> (Vec<u8>, Option<Vec<u8>>) {
        let keys: Vec<&SigningKey> = self.authorisation_keys.iter().collect();
        let payload = serde_json::to_vec(&self.authorisation).expect("JSON");
        let authorisation = Envelope::sign(PayloadType::Authorisation, &payload, &keys);
        let mut manifest = self.manifest.clone();
        manifest.authorisation = authorisation.hash();
        let payload = serde_json::to_vec(&manifest).expect("JSON");
        let manifest = Envelope::sign(PayloadType::Manifest, &payload, &[&self.manifest_key]);
        ((self.alter_manifest)(manifest.bytes().to_vec()), (self.alter_authorisation)(authorisation.bytes().to_vec()))
    }

    fn check(&self) -> Result<Accepted, Refusal> {
        let (manifest, authorisation) = self.envelopes();
        let situation = self.situation();
        allow(address(&manifest, &situation)?, authorisation.as_deref(), &situation)
    }
}

fn other_key() -> SigningKey {
    SigningKey::generate().expect("a key").0
}

#[test]
fn good_work_is_accepted() {
    let case = good();
    let accepted = case.check().expect("accepted");
    assert_eq!(accepted.approved_by[0].0, "ada");
    let mut limited = good();
    limited
        .limit("allow = [\"security\"]\nallow-work = [\"install\"]\nonly-packages = [\"open*\"]\nlabels = [\"prod\"]");
    limited.authorisation.targets.host_labels = vec!["web".to_owned(), "prod".to_owned()];
    limited.limits.limits.pinned_keys = vec![limited.authorisation_keys[0].public()];
    assert!(limited.check().is_ok());
    let (manifest, authorisation) = case.envelopes();
    let authorisation = authorisation.expect("there is one");
    assert_eq!(allow_again(&manifest, &authorisation, &accepted, &case.situation()), Ok(()));
}

#[test]
fn each_code_has_its_row() {
    use Code as C;
    use Told::{EventOnly, Failed, Skipped};
    type Change = fn(&mut Case);
    let rows: &[(&str, Change, Code, Told)] = &[
        ("no envelope", |c| c.alter_manifest = |_| b"{}".to_vec(), C::ManifestInvalid, EventOnly),
        ("too large", |c| c.alter_manifest = |_| vec![b' '; 600 * 1024], C::ManifestInvalid, EventOnly),
        ("unknown format", |c| c.manifest.format = "fettle-manifest/9".to_owned(), C::ManifestInvalid, EventOnly),
        ("unknown key", |c| c.manifest_key = other_key(), C::ManifestKeyUnknown, EventOnly),
        (
            "altered payload",
            |c| {
                c.alter_manifest = |bytes| {
                    let text = String::from_utf8(bytes).expect("text");
                    let at = text.find("\"sig\":\"").expect("a signature") + 8;
                    let changed = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
                    format!("{}{changed}{}", &text[..at], &text[at + 1..]).into_bytes()
                };
            },
            C::ManifestInvalid,
            EventOnly,
        ),
        ("other agent", |c| c.manifest.agent = id(99), C::NotForThisAgent, EventOnly),
        ("other organisation", |c| c.manifest.organisation = id(99), C::NotForThisAgent, EventOnly),
        ("dead incarnation", |c| c.identity.incarnation = 2, C::NotForThisAgent, EventOnly),
        ("replayed", |c| c.counter = 8, C::ManifestOld, EventOnly),
        ("clock off", |c| c.server_time = at("2026-11-21T20:10:00Z"), C::ClockOff, Failed),
        (
            "clock before the agent was built",
            |c| (c.now, c.server_time) = (at("2020-01-01T00:00:00Z"), at("2020-01-01T00:00:00Z")),
            C::ClockOff,
            Failed,
        ),
        ("from the future", |c| c.manifest.issued = at("2026-11-21T21:00:00Z"), C::ClockOff, Failed),
        ("expired", |c| c.manifest.expires = at("2026-11-21T20:00:30Z"), C::ManifestExpired, Failed),
        ("good too long", |c| c.manifest.expires = at("2027-01-21T20:00:00Z"), C::ManifestInvalid, Failed),
        ("trust ended", |c| c.trust.expires = at("2026-11-21T00:00:00Z"), C::TrustExpired, Failed),
        ("no authorisation", |c| c.alter_authorisation = |_| None, C::AuthorisationMissing, Failed),
        (
            "swapped authorisation",
            |c| c.alter_authorisation = |bytes| Some([bytes, b" ".to_vec()].concat()),
            C::AuthorisationInvalid,
            Failed,
        ),
        ("its format", |c| c.authorisation.format = "other/1".to_owned(), C::AuthorisationInvalid, Failed),
        ("its key", |c| c.authorisation_keys = vec![other_key()], C::AuthorisationKeyUnknown, Failed),
        ("one of two persons", |c| c.trust.approvals.default = 2, C::ApprovalsLack, Failed),
        ("other job", |c| c.authorisation.job = id(98), C::AuthorisationOld, Failed),
        ("older revision", |c| c.authorisation.revision = 3, C::AuthorisationOld, Failed),
        ("withdrawn", |c| c.trust.withdrawn = vec![c.authorisation.id.to_string()], C::AuthorisationWithdrawn, Failed),
        ("early", |c| c.authorisation.not_before = at("2026-11-22T00:00:00Z"), C::AuthorisationEarly, Failed),
        ("ended", |c| c.authorisation.end = at("2026-11-21T10:00:00Z"), C::AuthorisationEnded, Failed),
        ("not a target", |c| c.authorisation.targets.agents = Some(vec![id(97)]), C::NotATarget, Failed),
        ("other work", |c| c.manifest.work = Work::Rollback, C::OutsideAuthorisation, Failed),
        ("removals", |c| c.manifest.options.allow_removals = true, C::OutsideAuthorisation, Failed),
        ("other patch", |c| c.manifest.patches[0].id = id(96), C::OutsideAuthorisation, Failed),
        (
            "older version",
            |c| c.manifest.patches[0].packages[0].version = "3.0.17-1".to_owned(),
            C::OutsideAuthorisation,
            Failed,
        ),
        (
            "other package",
            |c| c.manifest.patches[0].packages[0].name = "bash".to_owned(),
            C::OutsideAuthorisation,
            Failed,
        ),
        ("min-approvals", |c| c.limit("min-approvals = 2"), C::ApprovalsLack, Failed),
        ("pinned-keys", |c| c.limits.limits.pinned_keys = vec![other_key().public()], C::ApprovalsLack, Failed),
        (
            "labels",
            |c| {
                c.authorisation.targets.host_labels = vec!["prod".to_owned()];
                c.limit("labels = [\"test\"]");
            },
            C::NotATarget,
            Failed,
        ),
        ("monitor-only", |c| c.limit("monitor-only = true"), C::HostForbids, Skipped),
        ("allow", |c| c.limit("allow = [\"other\"]"), C::HostForbids, Skipped),
        ("allow-work", |c| c.limit("allow-work = [\"rollback\"]"), C::HostForbids, Skipped),
        ("deny-packages", |c| c.limit("deny-packages = [\"open*\"]"), C::HostForbids, Skipped),
        ("only-packages", |c| c.limit("only-packages = [\"bash\"]"), C::HostForbids, Skipped),
        ("limits.toml", |c| c.limits.invalid = Some("limits.toml is open".to_owned()), C::HostForbids, Skipped),
        ("monitor-only", |c| c.monitor_only = true, C::HostForbids, Skipped),
        ("no room for its journal", |c| c.journal_room = RESERVED - 1, C::CacheFull, Failed),
        ("full disk", |c| c.free_bytes = 10, C::CacheFull, Failed),
        (
            "other manager",
            |c| {
                c.manifest.patches[0].packages[0].manager = "dnf".to_owned();
                c.authorisation.patches[0].packages[0].manager = "dnf".to_owned();
            },
            C::WorkUnsupported,
            Failed,
        ),
    ];
    for (name, change, code, told) in rows {
        let mut case = good();
        change(&mut case);
        let refusal = case.check().expect_err(name);
        assert_eq!((refusal.code, refusal.told), (*code, *told), "{name}: {}", refusal.text);
        assert!(*code != C::HostForbids || refusal.text.contains(name), "the key is named: {}", refusal.text);
        assert_eq!(refusal.pointer.is_some(), matches!(code, C::OutsideAuthorisation | C::WorkUnsupported), "{name}");
    }
}

#[test]
fn what_changed_since_is_found_at_the_start() {
    type Change = fn(&mut Case);
    let rows: &[(&str, Change, Code)] = &[
        ("manifest key taken back", |c| c.trust.manifest.clear(), Code::KeyRevoked),
        ("authorisation key taken back", |c| c.trust.authorisation.clear(), Code::KeyRevoked),
        ("expired meanwhile", |c| c.now = at("2026-11-29T00:00:00Z"), Code::ManifestExpired),
        ("trust ended meanwhile", |c| c.trust.expires = at("2026-11-21T00:00:00Z"), Code::TrustExpired),
        ("forbidden meanwhile", |c| c.limit("deny-packages = [\"*\"]"), Code::HostForbids),
        (
            "withdrawn meanwhile",
            |c| c.trust.withdrawn = vec![c.authorisation.id.to_string()],
            Code::AuthorisationWithdrawn,
        ),
    ];
    for (name, change, code) in rows {
        let mut case = good();
        let accepted = case.check().expect("accepted");
        let (manifest, authorisation) = case.envelopes();
        change(&mut case);
        let again = allow_again(&manifest, &authorisation.expect("there is one"), &accepted, &case.situation());
        assert_eq!(again.expect_err(name).code, *code, "{name}");
    }
}
