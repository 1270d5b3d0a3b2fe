use fettle_model::job::JobStatus;
use fettle_model::outcome::{FailureReason, PatchOutcome};
use fettle_model::run::{RunResult, RunState};
use fettle_model::{AuthorisationId, DeploymentState, DryRunId};
use fettle_store::jobs::{
    Deployment, DeploymentPatch, DryRun, DryRunAsset, DryRunAssetState, Job, LogChunk, Run, StateCount,
    StoredAuthorisation, StoredEvent,
};
use fettle_store::{ListFilter, Tx};
use serde_json::json;

use crate::sample::{at, deployment, entropy, hash, job, new_asset, patch, run};
use crate::store::TestStore;

pub(crate) async fn jobs_are_listed_in_pages(store: &TestStore) {
    store
        .write(async |tx| {
            for n in 1..=5 {
                tx.jobs().insert(&job(n, &format!("October 50% {n}_x"))).await?;
            }
            let deleted = Job { deleted_at: Some(at(1)), ..job(6, "October gone") };
            tx.jobs().insert(&deleted).await?;
            let enabled = Job { status: JobStatus::Enabled, revision: 2, ..job(3, "October 50% 3_x") };
            tx.jobs().update(&enabled).await
        })
        .await;
    let mut tx = store.database.read().await.expect("a connection");
    let mut filter = ListFilter { search: Some("OCTOBER 50%".to_owned()), limit: 2, ..ListFilter::default() };
    let mut seen = Vec::new();
    loop {
        let page = tx.jobs().list(&filter).await.expect("a page");
        assert_eq!(page.total, 5);
        seen.extend(page.items.iter().map(|job| job.name.clone()));
        let Some(next) = page.next else { break };
        filter.after = Some(next);
    }
    assert_eq!(seen, [5, 4, 3, 2, 1].map(|n| format!("October 50% {n}_x")));

    let named = |search: &str, state: Option<&str>| ListFilter {
        search: Some(search.to_owned()),
        state: state.map(str::to_owned),
        after: None,
        limit: 50,
    };
    assert_eq!(tx.jobs().list(&named("5%_", None)).await.expect("a page").total, 0, "wildcards are plain text");
    let enabled = tx.jobs().list(&named("", Some("Enabled"))).await.expect("a page");
    assert_eq!((enabled.total, enabled.items[0].revision), (1, 2));
    let gone = tx.jobs().find(job(6, "").id).await.expect("an answer").expect("its runs stay readable");
    assert_eq!(gone.deleted_at, Some(at(1)));
}

/// A job with a run on two assets.
async fn published(tx: &mut Tx) -> Result<(Run, Vec<Deployment>), fettle_store::StoreError> {
    tx.jobs().insert(&job(1, "October")).await?;
    let run = run(2, job(1, "").id, tx.runs().next_number(job(1, "").id).await?);
    tx.runs().insert(&run).await?;
    let mut deployments = Vec::new();
    for n in 1..=2 {
        let asset = tx.assets().insert(&new_asset(n)).await?;
        let deployment = deployment(10 + n, &run, &asset);
        tx.deployments().insert(&deployment).await?;
        deployments.push(deployment);
    }
    Ok((run, deployments))
}

pub(crate) async fn a_run_from_publication_to_its_end(store: &TestStore) {
    let (run, deployments) = store.write(published).await;
    let (first, second) = (deployments[0].clone(), deployments[1].clone());
    assert_eq!(run.number, 1);
    let authorisation = StoredAuthorisation {
        hash: hash(5),
        id: AuthorisationId::new(at(1), &entropy()),
        job: run.job,
        revision: 1,
        envelope: b"{\"payload\":\"\"}".to_vec(),
        created_at: at(1),
    };
    let outcome = DeploymentPatch {
        deployment: first.id,
        patch: patch("openssl", "3.0.18-1").id,
        place: 1,
        outcome: PatchOutcome::Failed,
        failure: Some(FailureReason::InstallerExit),
        skipped: None,
        text: Some("dpkg returned an error".to_owned()),
        exit_code: Some(-9),
        duration_ms: Some(1_200),
        packages: json!([]),
    };
    let failed = Deployment {
        state: DeploymentState::Failed,
        reason: Some("INSTALLER_EXIT".to_owned()),
        manifest: Some(vec![1, 2]),
        manifest_hash: Some(hash(8)),
        counter: Some(3),
        last_seq: 4,
        progress_percent: Some(100),
        ended_at: Some(at(90)),
        ..first.clone()
    };
    let running = Run { state: RunState::Running, started_at: Some(at(30)), ..run.clone() };
    let (signed, told, saved, begun) = (authorisation.clone(), outcome.clone(), failed.clone(), running.clone());
    store
        .write(async move |tx| {
            tx.authorisations().insert(&signed).await?;
            let waiting = DeploymentPatch { outcome: PatchOutcome::PendingExecution, failure: None, ..told.clone() };
            tx.deployments().put_patch(&waiting).await?;
            tx.deployments().put_patch(&told).await?;
            tx.deployments().update(&saved).await?;
            tx.runs().update(&begun).await
        })
        .await;

    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.authorisations().find(hash(5)).await.expect("an answer"), Some(authorisation.clone()));
    assert_eq!(tx.authorisations().of_job(run.job).await.expect("an answer"), Some(authorisation));
    assert_eq!(tx.deployments().find(first.id).await.expect("an answer"), Some(failed.clone()));
    assert_eq!(tx.deployments().patches(first.id).await.expect("an answer"), [outcome]);
    let states = tx.deployments().states_of_run(run.id).await.expect("an answer");
    let one = |state| StateCount { state, count: 1 };
    assert_eq!(states, [one(DeploymentState::Failed), one(DeploymentState::Pending)]);
    let outcomes = tx.deployments().outcomes_of_run(run.id).await.expect("an answer");
    assert_eq!((outcomes[0].deployment, outcomes[0].outcome, outcomes[0].count), (first.id, PatchOutcome::Failed, 1));
    assert_eq!(tx.deployments().unfinished().await.expect("an answer"), std::slice::from_ref(&second));
    assert_eq!(
        tx.deployments().unfinished_of_asset(second.asset).await.expect("an answer"),
        std::slice::from_ref(&second)
    );
    assert_eq!(tx.deployments().unfinished_of_asset(first.asset).await.expect("an answer"), []);
    let listed = &tx.deployments().of_asset(first.asset, 5).await.expect("an answer")[0];
    assert_eq!((listed.job_name.as_str(), &listed.deployment), ("October", &failed));
    assert_eq!(tx.deployments().with_job(failed.clone()).await.expect("an answer"), *listed);
    let found = tx.deployments().of_ids(&[second.id, first.id]).await.expect("an answer");
    assert_eq!(found.iter().map(|(one, _)| one.deployment.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert_eq!((&found[1].0, found[1].1.as_slice(), found[0].1.len()), (listed, outcomes.as_slice(), 0));
    let last = tx.deployments().last_of_assets(None, 10).await.expect("an answer");
    assert_eq!(last, [failed.clone(), second.clone()]);
    let last = tx.deployments().last_of_assets(Some(first.asset), 10).await.expect("an answer");
    assert_eq!(last, std::slice::from_ref(&second));
    let filter = ListFilter { search: Some("WEB02".to_owned()), limit: 1, ..ListFilter::default() };
    let page = tx.deployments().of_run(run.id, &filter).await.expect("a page");
    assert_eq!((page.total, page.items, page.next), (1, vec![second], None));

    assert_eq!(tx.runs().find(run.id).await.expect("an answer"), Some(running.clone()));
    assert_eq!(tx.runs().unfinished().await.expect("an answer"), std::slice::from_ref(&running));
    let finished =
        Run { state: RunState::Finished, result: Some(RunResult::Failed), finished_at: Some(at(99)), ..running };
    let saved = finished.clone();
    store.write(async move |tx| tx.runs().update(&saved).await).await;
    assert_eq!(tx.runs().unfinished().await.expect("an answer"), []);
    assert_eq!(tx.runs().last_of_job(run.job).await.expect("an answer"), Some(finished.clone()));
    assert_eq!(tx.runs().of_job(run.job).await.expect("an answer"), [finished]);
    assert_eq!(tx.runs().next_number(run.job).await.expect("an answer"), 2);
}

pub(crate) async fn events_and_logs_count_once(store: &TestStore) {
    let (_, deployments) = store.write(published).await;
    let id = deployments[0].id;
    let event = move |seq: u32| StoredEvent {
        deployment: id,
        incarnation: 1,
        seq,
        time: at(i64::from(seq)),
        received_at: at(100),
        boot: "boot-1".to_owned(),
        kind: "state".to_owned(),
        state: Some("Received".to_owned()),
        detail: json!({"manifest": null}),
        note: None,
    };
    let chunk = move |start: u64, text: &str| LogChunk {
        deployment: id,
        incarnation: 1,
        stream: "apt".to_owned(),
        start,
        text: text.to_owned(),
        is_last: false,
        received_at: at(1),
    };
    let new = store
        .write(async move |tx| {
            let mut new = Vec::new();
            for seq in [1, 2, 2, 4] {
                new.push(tx.events().insert(&event(seq)).await?);
            }
            for part in [chunk(4, "more"), chunk(0, "old!"), chunk(0, "Read")] {
                tx.logs().put(&part).await?;
            }
            Ok(new)
        })
        .await;
    assert_eq!(new, [true, true, false, true]);
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.events().highest_without_gap(id, 1).await.expect("an answer"), 2);
    assert_eq!(tx.events().highest_without_gap(id, 2).await.expect("an answer"), 0);
    assert_eq!(tx.events().next_of_server(id).await.expect("an answer"), 1);
    assert!(store.write(async move |tx| tx.events().insert(&event(3)).await).await);
    assert_eq!(tx.events().highest_without_gap(id, 1).await.expect("an answer"), 4);
    assert_eq!(tx.events().of_deployment(id).await.expect("an answer"), [1, 2, 3, 4].map(event));
    store.write(async move |tx| tx.events().put_note(&event(4), "not legal from this state").await).await;
    let noted = tx.events().of_deployment(id).await.expect("an answer");
    assert_eq!(
        noted[2..].iter().map(|event| event.note.as_deref()).collect::<Vec<_>>(),
        [None, Some("not legal from this state")]
    );
    let log = tx.logs().of_deployment(id).await.expect("an answer");
    assert_eq!(log.iter().map(|part| part.text.as_str()).collect::<String>(), "Readmore");
}

pub(crate) async fn a_dry_run_is_answered_once(store: &TestStore) {
    let (run, deployments) = store.write(published).await;
    let draft = job(1, "October").specification;
    let dry_run =
        DryRun { id: DryRunId::new(at(1), &entropy()), job: None, draft, created_by: None, created_at: at(1) };
    let asset = DryRunAsset {
        dry_run: dry_run.id,
        asset: deployments[0].asset,
        asset_name: "web01".to_owned(),
        state: DryRunAssetState::Waiting,
        orders: json!({"patches": []}),
        result: None,
        answered_at: None,
    };
    let answered = DryRunAsset {
        state: DryRunAssetState::Done,
        result: Some(json!({"changes": []})),
        answered_at: Some(at(5)),
        ..asset.clone()
    };
    let (inserted, waiting) = (dry_run.clone(), asset.clone());
    store.write(async move |tx| tx.dry_runs().insert(&inserted, &[waiting]).await).await;
    let mut tx = store.database.read().await.expect("a connection");
    assert_eq!(tx.dry_runs().waiting().await.expect("an answer"), [asset]);

    let (id, first) = (dry_run.id, answered.clone());
    let second = DryRunAsset { result: Some(json!("late")), ..answered.clone() };
    let taken = store
        .write(async move |tx| {
            tx.dry_runs().put_job(id, run.job).await?;
            Ok([tx.dry_runs().answer(&first).await?, tx.dry_runs().answer(&second).await?])
        })
        .await;
    assert_eq!(taken, [true, false]);
    assert_eq!(tx.dry_runs().waiting().await.expect("an answer"), []);
    assert_eq!(tx.dry_runs().assets(id).await.expect("an answer"), [answered]);
    let tied = DryRun { job: Some(run.job), ..dry_run };
    assert_eq!(tx.dry_runs().find(id).await.expect("an answer"), Some(tied.clone()));
    assert_eq!(tx.dry_runs().of_job(run.job).await.expect("an answer"), [tied]);
}
