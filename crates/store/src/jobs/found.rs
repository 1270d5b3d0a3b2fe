//! Deployments that a query found, with what lists show of each.

use std::collections::HashMap;

use fettle_model::DeploymentId;
use sea_query::{Asterisk, Expr, ExprTrait as _, Func, Query};

use super::{Deployment, Deployments, ListedDeployment, OutcomeCount};
use crate::error::StoreError;
use crate::sql::{padded, rows};

/// Ids of one statement.
const IDS: usize = 256;

impl Deployments<'_> {
    /// The deployments with these ids, in their order, with their jobs and how many of their patches have each outcome.
    pub async fn of_ids(
        &mut self,
        ids: &[DeploymentId],
    ) -> Result<Vec<(ListedDeployment, Vec<OutcomeCount>)>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        let mut counts: HashMap<DeploymentId, Vec<OutcomeCount>> = HashMap::new();
        for chunk in ids.chunks(IDS) {
            let wanted = || padded(chunk).map(|id| id.uuid());
            let mut query = Query::select();
            query.column(Asterisk).from("deployment").and_where(Expr::col("id").is_in(wanted()));
            for deployment in rows::<Deployment>(self.tx, "find deployments", &query).await? {
                found.insert(deployment.id, deployment);
            }
            let mut query = Query::select();
            query.columns(["deployment", "outcome"]).expr_as(Func::count(Expr::col(Asterisk)), "count");
            query.from("deployment_patch").and_where(Expr::col("deployment").is_in(wanted()));
            query.group_by_columns(["deployment", "outcome"]);
            query.order_by("deployment", sea_query::Order::Asc).order_by("outcome", sea_query::Order::Asc);
            for count in rows::<OutcomeCount>(self.tx, "count deployments' outcomes", &query).await? {
                counts.entry(count.deployment).or_default().push(count);
            }
        }
        let mut listed = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(deployment) = found.remove(id) {
                listed.push((self.with_job(deployment).await?, counts.remove(id).unwrap_or_default()));
            }
        }
        Ok(listed)
    }
}
