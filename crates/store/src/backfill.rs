//! Fills keys of rows that an older version wrote: in batches, once, before a database is used.

use fettle_model::{AssetId, DeploymentId, JobId};
use jiff::Timestamp;

use crate::audit::AuditRecord;
use crate::database::Database;
use crate::error::StoreError;
use crate::key;
use crate::sql::{all, execute, row};
use crate::tx::Tx;

/// Rows of one transaction.
const BATCH: u32 = 1_000;

row! {
    struct DeploymentTexts {
        id: DeploymentId,
        asset_name: String,
        text: Option<String>,
        started_at: Option<Timestamp>,
        ended_at: Option<Timestamp>,
    }
}

row! {
    struct JobTexts {
        id: JobId,
        name: String,
    }
}

row! {
    struct AssetTexts {
        id: AssetId,
        os_name: String,
        last_logged_on: Option<String>,
    }
}

pub(crate) async fn fill_keys(database: &Database) -> Result<(), StoreError> {
    loop {
        let filled = database.write(async |tx| {
            let filled = [audit(tx).await?, deployments(tx).await?, jobs(tx).await?, assets(tx).await?];
            Ok::<_, StoreError>(filled.iter().sum::<usize>())
        });
        if filled.await?.value == 0 {
            return Ok(());
        }
    }
}

async fn audit(tx: &mut Tx) -> Result<usize, StoreError> {
    let records = all!(
        tx,
        AuditRecord,
        "list audit records without keys",
        "SELECT * FROM audit WHERE search_key IS NULL ORDER BY id LIMIT $1",
        BATCH,
    )?;
    let found = records.len();
    for record in records {
        let id = record.id;
        let keys = key::AuditKeys::of(&record.into());
        execute!(
            tx,
            "fill an audit record's keys",
            "UPDATE audit SET actor_key = $2, action_key = $3, object_type_key = $4, object_id_key = $5,
                 object_name_key = $6, request_id_key = $7, ip_key = $8, search_key = $9
             WHERE id = $1",
            id,
            keys.actor,
            keys.action,
            keys.object_type,
            keys.object_id,
            keys.object_name,
            keys.request_id,
            keys.ip,
            keys.search,
        )?;
    }
    Ok(found)
}

async fn deployments(tx: &mut Tx) -> Result<usize, StoreError> {
    let deployments = all!(
        tx,
        DeploymentTexts,
        "list deployments without keys",
        "SELECT id, asset_name, text, started_at, ended_at FROM deployment
         WHERE asset_name_key IS NULL ORDER BY id LIMIT $1",
        BATCH,
    )?;
    for deployment in &deployments {
        execute!(
            tx,
            "fill a deployment's keys",
            "UPDATE deployment SET asset_name_key = $2, text_key = $3, duration_s = $4 WHERE id = $1",
            deployment.id,
            key::text(&deployment.asset_name),
            deployment.text.as_deref().map(key::text),
            key::seconds(deployment.started_at, deployment.ended_at),
        )?;
    }
    Ok(deployments.len())
}

async fn jobs(tx: &mut Tx) -> Result<usize, StoreError> {
    let jobs = all!(
        tx,
        JobTexts,
        "list jobs without keys",
        "SELECT id, name FROM job WHERE name_key IS NULL ORDER BY id LIMIT $1",
        BATCH,
    )?;
    for job in &jobs {
        let key = key::text(&job.name);
        execute!(tx, "fill a job's key", "UPDATE job SET name_key = $2 WHERE id = $1", job.id, key)?;
    }
    Ok(jobs.len())
}

async fn assets(tx: &mut Tx) -> Result<usize, StoreError> {
    let assets = all!(
        tx,
        AssetTexts,
        "list assets without keys",
        "SELECT id, os_name, last_logged_on FROM asset WHERE os_name_key IS NULL ORDER BY number LIMIT $1",
        BATCH,
    )?;
    for asset in &assets {
        execute!(
            tx,
            "fill an asset's keys",
            "UPDATE asset SET os_name_key = $2, last_logged_on_key = $3 WHERE id = $1",
            asset.id,
            key::text(&asset.os_name),
            asset.last_logged_on.as_deref().map(key::text),
        )?;
    }
    Ok(assets.len())
}
