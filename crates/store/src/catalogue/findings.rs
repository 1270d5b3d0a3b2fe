//! Findings that closed. Open ones are derived, never stored.

use fettle_model::DeploymentId;
use jiff::Timestamp;
use sea_query::{Expr, Iden, OnConflict, Query};
use sqlx::error::BoxDynError;

use super::PatchNumber;
use crate::assets::AssetNumber;
use crate::column::{FromColumn, ToColumn};
use crate::error::StoreError;
use crate::sql::{self, all, padded, row};
use crate::tx::Tx;

/// Most rows in one statement.
const CHUNK: usize = 64;

#[derive(Iden)]
enum Schema {
    FindingHistory,
    Asset,
    ClosedMs,
    Patch,
    SinceMs,
    SlaStartMs,
    DueMs,
    Cause,
    Deployment,
}

/// What closed a finding. Kept as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingCause {
    Deployment = 1,
    ByHand = 2,
    Replacement = 3,
    Catalogue = 4,
}

impl ToColumn for FindingCause {
    type Stored = i64;
    fn stored(&self) -> i64 {
        *self as i64
    }
}

impl FromColumn for FindingCause {
    type Stored = i64;
    fn loaded(stored: i64) -> Result<Self, BoxDynError> {
        [Self::Deployment, Self::ByHand, Self::Replacement, Self::Catalogue]
            .into_iter()
            .find(|cause| *cause as i64 == stored)
            .ok_or_else(|| format!("{stored} is no cause of a finding's end").into())
    }
}

/// A finding that is over; times to the millisecond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedFinding {
    pub asset: AssetNumber,
    pub patch: PatchNumber,
    pub since: Timestamp,
    /// When its clock started; `None` in rows of servers that kept no clocks.
    pub sla_start: Option<Timestamp>,
    /// Until when it had to be closed, by the rules of that day.
    pub due: Option<Timestamp>,
    pub closed: Timestamp,
    pub cause: FindingCause,
    pub deployment: Option<DeploymentId>,
}

row! {
    struct FindingRow {
        asset: AssetNumber,
        patch: PatchNumber,
        since_ms: i64,
        sla_start_ms: Option<i64>,
        due_ms: Option<i64>,
        closed_ms: i64,
        cause: FindingCause,
        deployment: Option<DeploymentId>,
    }
}

impl FindingRow {
    fn finding(self) -> Result<ClosedFinding, StoreError> {
        let time = |ms| {
            Timestamp::from_millisecond(ms)
                .map_err(|error| StoreError::Damaged { object: "finding", reason: error.to_string() })
        };
        Ok(ClosedFinding {
            asset: self.asset,
            patch: self.patch,
            since: time(self.since_ms)?,
            sla_start: self.sla_start_ms.map(time).transpose()?,
            due: self.due_ms.map(time).transpose()?,
            closed: time(self.closed_ms)?,
            cause: self.cause,
            deployment: self.deployment,
        })
    }
}

pub struct Findings<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Findings<'_> {
    /// Writes the history of findings that closed; the same one again is ignored.
    pub async fn close(&mut self, findings: &[ClosedFinding]) -> Result<(), StoreError> {
        for chunk in findings.chunks(CHUNK) {
            let mut query = Query::insert();
            query.into_table(Schema::FindingHistory).columns([
                Schema::Asset,
                Schema::ClosedMs,
                Schema::Patch,
                Schema::SinceMs,
                Schema::SlaStartMs,
                Schema::DueMs,
                Schema::Cause,
                Schema::Deployment,
            ]);
            for finding in padded(chunk) {
                query.values_panic([
                    Expr::value(finding.asset.stored()),
                    Expr::value(finding.closed.as_millisecond()),
                    Expr::value(finding.patch.stored()),
                    Expr::value(finding.since.as_millisecond()),
                    Expr::value(finding.sla_start.map(Timestamp::as_millisecond)),
                    Expr::value(finding.due.map(Timestamp::as_millisecond)),
                    Expr::value(finding.cause.stored()),
                    Expr::value(finding.deployment.map(DeploymentId::uuid)),
                ]);
            }
            let key = [Schema::Asset, Schema::ClosedMs, Schema::Patch];
            query.on_conflict(OnConflict::columns(key).do_nothing().to_owned());
            sql::insert(self.tx, "close findings", &query).await?;
        }
        Ok(())
    }

    /// Newest first.
    pub async fn of_asset(&mut self, asset: AssetNumber, limit: u32) -> Result<Vec<ClosedFinding>, StoreError> {
        let rows = all!(
            self.tx,
            FindingRow,
            "list an asset's closed findings",
            "SELECT * FROM finding_history WHERE asset = $1 ORDER BY closed_ms DESC, patch LIMIT $2",
            asset,
            limit,
        )?;
        rows.into_iter().map(FindingRow::finding).collect()
    }
}
