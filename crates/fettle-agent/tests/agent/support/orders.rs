//! Signed work for the agent of a test.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_model::job::Work;
use fettle_model::{AssetId, Clock as _, DeploymentId, PatchId, SystemClock};
use fettle_wire::Envelope;
use fettle_wire::document::authorisation::{AuthorisedPackage, AuthorisedPatch, FORMAT, RebootRule, Targets};
use fettle_wire::document::manifest::{self, ManifestLimits, ManifestOptions, ManifestPackage, ManifestPatch};
use fettle_wire::document::{Authorisation, Manifest};
use fettle_wire::dsse::PayloadType;
use fettle_wire::message::check_in::WorkOrder;
use jiff::SignedDuration;

use super::{AGENT, ORGANISATION, Server};

fn id<T: From<uuid::Uuid>>(number: u128) -> T {
    uuid::Uuid::from_u128(0x0193_b3a0_0000_7000_8000_0000_0000_0000 + number).into()
}

/// A patch of packages in one version.
pub(crate) fn patch(number: u128, packages: &[&str], version: &str) -> ManifestPatch {
    ManifestPatch {
        id: id::<PatchId>(0x100 + number),
        title: packages.join(" "),
        order: u32::try_from(number).expect("a small number"),
        packages: packages
            .iter()
            .map(|name| ManifestPackage {
                manager: "apt".to_owned(),
                name: (*name).to_owned(),
                arch: "amd64".to_owned(),
                version: version.to_owned(),
                or_newer: false,
                sha256: None,
            })
            .collect(),
    }
}

/// Offers work with the next check-in, signed as it should be.
pub(crate) fn offer(server: &Server, counter: u64, work: Work, patches: Vec<ManifestPatch>) -> DeploymentId {
    offer_with(server, counter, work, patches, |_| {})
}

pub(crate) fn offer_with(
    server: &Server,
    counter: u64,
    work: Work,
    patches: Vec<ManifestPatch>,
    change: impl FnOnce(&mut Manifest),
) -> DeploymentId {
    let now = SystemClock.now();
    let authorised = patches.iter().map(|patch| AuthorisedPatch {
        id: patch.id,
        title: patch.title.clone(),
        packages: patch
            .packages
            .iter()
            .map(|package| AuthorisedPackage {
                manager: "apt".to_owned(),
                name: package.name.clone(),
                at_least: (work == Work::Install).then(|| package.version.clone()),
                below: (work == Work::Rollback).then(|| package.version.clone()),
            })
            .collect(),
    });
    let authorisation = Authorisation {
        format: FORMAT.to_owned(),
        organisation: ORGANISATION.parse().expect("an id"),
        id: id(7),
        job: id(5),
        job_name: "Test".to_owned(),
        revision: 1,
        work,
        requested_by: "ada".to_owned(),
        patches: authorised.collect(),
        allow_removals: false,
        allow_downgrade: work == Work::Rollback,
        reboot: RebootRule::Never,
        targets: Targets::default(),
        not_before: now - SignedDuration::from_hours(1),
        end: now + SignedDuration::from_hours(24),
        dry_run: None,
    };
    let payload = serde_json::to_vec(&authorisation).expect("JSON");
    let authorisation = Envelope::sign(PayloadType::Authorisation, &payload, &[&server.keys.authorisation]);
    let deployment: DeploymentId = id(0x1000 + u128::from(counter));
    let mut document = Manifest {
        format: manifest::FORMAT.to_owned(),
        organisation: ORGANISATION.parse().expect("an id"),
        agent: AGENT.parse::<AssetId>().expect("an id"),
        incarnation: server.state().incarnation,
        deployment,
        run: id(4),
        job: id(5),
        authorisation: authorisation.hash(),
        counter,
        issued: now,
        expires: now + SignedDuration::from_hours(24),
        start: now,
        end: None,
        work,
        patches,
        options: ManifestOptions { continue_on_patch_failure: true, allow_removals: false, suppress_reboots: true },
        limits: ManifestLimits { installer_timeout_s: 600 },
    };
    change(&mut document);
    let payload = serde_json::to_vec(&document).expect("JSON");
    let signed = Envelope::sign(PayloadType::Manifest, &payload, &[&server.keys.manifest]);
    let order =
        WorkOrder { deployment, manifest: STANDARD.encode(signed.bytes()), authorisation: authorisation.hash() };
    server.change(|state| {
        state.authorisations.insert(authorisation.hash().to_string(), authorisation.bytes().to_vec());
        state.work.insert(deployment, (order, None));
    });
    deployment
}
