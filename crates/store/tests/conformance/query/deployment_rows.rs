use fettle_model::job::Work;
use fettle_model::outcome::{FailureReason, PatchOutcome};
use fettle_model::{AssetId, DeploymentId, DeploymentState, JobId, RunId};
use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::DeploymentToken;
use fettle_store::assets::{Asset, NewAsset};
use fettle_store::jobs::{Deployment, DeploymentPatch, Job, Run};
use fettle_store::query::RowId;
use fettle_testqql::{Fact, Facts, Thing};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use super::agreement::Row;
use super::texts::{maybe, one, text};
use crate::sample::{at, deployment, id, job, new_asset, patch, run};
use crate::store::TestStore;

#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) deployment: Deployment,
    job: Job,
    run: Run,
    asset: Asset,
    patches: Vec<DeploymentPatch>,
}

/// Rows as they come back.
pub(crate) async fn insert(store: &TestStore, count: i64, seed: u64) -> Vec<Part> {
    let parts = store.write(async move |tx| fill(tx, count, seed).await).await;
    let mut tx = store.database.read().await.expect("a connection");
    let mut rows = Vec::new();
    for (id, job, run, asset) in parts {
        rows.push(Part {
            deployment: tx.deployments().find(id).await.expect("an answer").expect("a deployment"),
            job: tx.jobs().find(job).await.expect("an answer").expect("a job"),
            run: tx.runs().find(run).await.expect("an answer").expect("a run"),
            asset: tx.assets().find(asset).await.expect("an answer").expect("an asset"),
            patches: tx.deployments().patches(id).await.expect("an answer"),
        });
    }
    rows
}

type Ids = (DeploymentId, JobId, RunId, AssetId);

async fn fill(tx: &mut fettle_store::Tx, count: i64, seed: u64) -> Result<Vec<Ids>, fettle_store::StoreError> {
    let rng = &mut StdRng::seed_from_u64(seed);
    let mut runs = Vec::new();
    for n in 1..=4 {
        let work = *one(rng, &[Work::Install, Work::Rollback]);
        // A job's document takes no U+0000 on PostgreSQL, and the API none at all.
        let name = text(rng).replace('\0', "");
        let job = Job { work, ..job(n, &name) };
        tx.jobs().insert(&job).await?;
        for number in 1..=2 {
            let run = run(n * 10 + number, job.id, u64::try_from(number).expect("small"));
            tx.runs().insert(&run).await?;
            runs.push(run);
        }
    }
    let mut assets = Vec::new();
    for n in 1..=12 {
        let new = new_asset(n);
        let os_family = (*one(rng, &["linux", "windows"])).to_owned();
        let asset = Asset { os_name: text(rng), os_family, last_logged_on: maybe(rng, text), ..new.asset };
        assets.push(tx.assets().insert(&NewAsset { asset, ..new }).await?);
    }
    let mut ids = Vec::new();
    for n in 1..=count {
        let (run, asset) = (one(rng, &runs).clone(), one(rng, &assets).clone());
        let started_at = maybe(rng, |rng| at(rng.random_range(0..40) * 50_000));
        let deployment = Deployment {
            asset_name: text(rng),
            state: *one(rng, DeploymentState::ALL),
            text: maybe(rng, text),
            cancel_requested: rng.random(),
            reboot_pending: rng.random(),
            offered_at: maybe(rng, |rng| at(rng.random_range(0..5))),
            started_at,
            ended_at: maybe(rng, |rng| at(rng.random_range(0..80) * 50_000)),
            changed_at: at(rng.random_range(0..9)),
            ..deployment(100 + n, &run, &asset)
        };
        tx.deployments().insert(&deployment).await?;
        for place in 0..rng.random_range(0..4_u32) {
            let outcome = *one(rng, &PatchOutcome::ALL);
            let failure = (outcome == PatchOutcome::Failed).then(|| *one(rng, &FailureReason::ALL[..3]));
            tx.deployments().put_patch(&result(deployment.id, place, outcome, failure)).await?;
        }
        ids.push((deployment.id, run.job, run.id, asset.id));
    }
    Ok(ids)
}

fn result(
    deployment: DeploymentId,
    place: u32,
    outcome: PatchOutcome,
    failure: Option<FailureReason>,
) -> DeploymentPatch {
    DeploymentPatch {
        deployment,
        patch: patch("openssl", &place.to_string()).id,
        place,
        outcome,
        failure,
        skipped: None,
        text: None,
        exit_code: None,
        duration_ms: None,
        packages: json!([]),
    }
}

impl Part {
    fn patches(&self, outcome: PatchOutcome) -> Facts {
        let count = self.patches.iter().filter(|patch| patch.outcome == outcome).count();
        vec![Fact::Int(i64::try_from(count).expect("small"))]
    }
}

impl Thing for Part {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        use DeploymentToken as T;
        let TokenId::Deployment(token) = token.id else { panic!("{} is of another thing", token.name) };
        let own = &self.deployment;
        let text = |text: &str| vec![Fact::Text(text.to_owned())];
        let texts = |text: &Option<String>| text.iter().cloned().map(Fact::Text).collect();
        let date = |at: Option<jiff::Timestamp>| at.map(Fact::Date).into_iter().collect();
        match token {
            T::Id => vec![Fact::Uuid(own.id.uuid())],
            T::AssetId => vec![Fact::Uuid(own.asset.uuid())],
            T::JobId => vec![Fact::Uuid(own.job.uuid())],
            T::JobName => text(&self.job.name),
            T::Name => text(&own.asset_name),
            T::OperatingSystem => text(&self.asset.os_name),
            T::LastLoggedOnUser => texts(&self.asset.last_logged_on),
            T::Platform => text(if self.asset.os_family == "linux" { "Linux" } else { "Windows" }),
            T::JobType => text(self.job.work.name()),
            T::JobInstanceId => vec![Fact::Int(i64::try_from(self.run.number).expect("small"))],
            T::State => text(own.state.name()),
            T::IsTerminal => vec![Fact::Bool(own.state.is_terminal())],
            T::PendingReboot => vec![Fact::Bool(own.reboot_pending)],
            T::CancelRequested => vec![Fact::Bool(own.cancel_requested)],
            T::JobSentOn => date(own.offered_at),
            T::StartDateTime => date(own.started_at),
            T::EndDateTime => date(own.ended_at),
            T::StatusDateTime => date(Some(own.changed_at)),
            T::DurationSeconds => {
                let both = own.started_at.zip(own.ended_at);
                both.map(|(start, end)| Fact::Int(end.duration_since(start).as_secs())).into_iter().collect()
            }
            T::TotalPatchCount => vec![Fact::Int(i64::try_from(self.patches.len()).expect("small"))],
            T::SuccessPatches => self.patches(PatchOutcome::Success),
            T::InstalledPatches => self.patches(PatchOutcome::Installed),
            T::FailedPatches => self.patches(PatchOutcome::Failed),
            T::SupersededPatches => self.patches(PatchOutcome::Superseded),
            T::NotApplicablePatches => self.patches(PatchOutcome::NotApplicable),
            T::SkipPatchCount => self.patches(PatchOutcome::Skipped),
            T::Outcome => self.patches.iter().map(|patch| Fact::Text(patch.outcome.name().to_owned())).collect(),
            T::FailureReason => {
                let failures = self.patches.iter().filter_map(|patch| patch.failure);
                failures.map(|failure| Fact::Text(failure.name().to_owned())).collect()
            }
            T::Message => texts(&own.text),
            T::Assets => unreachable!("a group has no value of its own"),
        }
    }
}

impl Row for Part {
    fn id(&self) -> RowId {
        RowId::Uuid(self.deployment.id.uuid())
    }
}

/// An id of an asset that is in no row.
pub(crate) fn other_asset(n: i64) -> AssetId {
    id!(AssetId, 100_000 + n)
}
