//! "Scan now" (`patch-management.md` 4.2): at the next check-in; a second request within 15 minutes joins the first.

use fettle_model::{AssetId, ScanId};
use fettle_store::assets::{ScanRequest, ScanRequestState};
use jiff::SignedDuration;
use serde_json::json;

use super::JobError;
use crate::Fleet;
use crate::access::Actor;
use crate::agents::orders::{Order, ScanWanted};

const JOINS: SignedDuration = SignedDuration::from_mins(15);

impl Fleet {
    pub async fn scan_now(&self, actor: &Actor, asset: AssetId) -> Result<ScanRequest, JobError> {
        let agent = self.agents.get(asset).filter(|agent| !agent.state().retired).ok_or(JobError::NotFound("asset"))?;
        let _turn = agent.turn.lock().await;
        let now = self.clock.now();
        let open = self.database.read().await?.scan_requests().open().await?;
        let joined =
            open.into_iter().find(|request| request.asset == asset && now.duration_since(request.requested_at) < JOINS);
        let request = match joined {
            Some(request) => request,
            None => self.request_scan(actor, asset).await?,
        };
        agent.state().orders_mut().scan = Some(Order::new(ScanWanted { id: Some(request.id), refresh: true }));
        agent.wake.notify_waiters();
        Ok(request)
    }

    async fn request_scan(&self, actor: &Actor, asset: AssetId) -> Result<ScanRequest, JobError> {
        let now = self.clock.now();
        let request = ScanRequest {
            id: ScanId::new(now, self.entropy.as_ref()),
            asset,
            requested_by: Some(actor.user),
            requested_at: now,
            state: ScanRequestState::Queued,
            finished_at: None,
        };
        let record = self.audit(actor, "scan.launch", ("asset", Some(asset.to_string()), None), json!({}));
        let inserted = request.clone();
        self.database
            .write(async move |tx| {
                tx.scan_requests().insert(&inserted).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, JobError>(())
            })
            .await?;
        Ok(request)
    }
}
