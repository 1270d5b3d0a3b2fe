use fettle_model::{AssetId, ScanId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::column::words;
use crate::error::StoreError;
use crate::sql::{all, execute, optional, row};
use crate::tx::Tx;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScanRequestState {
    /// Waits for the agent.
    Queued,
    /// Told to the agent.
    Sent,
    Finished,
    Failed,
}
words!(ScanRequestState);

row! {
    /// "Scan now".
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ScanRequest {
        pub id: ScanId,
        pub asset: AssetId,
        pub requested_by: Option<UserId>,
        pub requested_at: Timestamp,
        pub state: ScanRequestState,
        pub finished_at: Option<Timestamp>,
    }
}

pub struct ScanRequests<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl ScanRequests<'_> {
    pub async fn find(&mut self, id: ScanId) -> Result<Option<ScanRequest>, StoreError> {
        optional!(self.tx, ScanRequest, "find a scan request", "SELECT * FROM scan_request WHERE id = $1", id)
    }

    /// Those that the agents have still to do, oldest first.
    pub async fn open(&mut self) -> Result<Vec<ScanRequest>, StoreError> {
        all!(
            self.tx,
            ScanRequest,
            "list open scan requests",
            "SELECT * FROM scan_request WHERE finished_at IS NULL ORDER BY id",
        )
    }

    pub async fn insert(&mut self, request: &ScanRequest) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a scan request",
            "INSERT INTO scan_request (id, asset, requested_by, requested_at, state, finished_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            request.id,
            request.asset,
            request.requested_by,
            request.requested_at,
            request.state,
            request.finished_at,
        )
        .map(drop)
    }

    pub async fn update(&mut self, request: &ScanRequest) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "update a scan request",
            "UPDATE scan_request SET state = $2, finished_at = $3 WHERE id = $1",
            request.id,
            request.state,
            request.finished_at,
        )?;
        StoreError::unless_one(rows, "the scan request")
    }
}
