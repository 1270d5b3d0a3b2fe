use fettle_model::DeploymentId;
use jiff::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::sql::{Scalar, all, execute, one, row};
use crate::tx::Tx;

row! {
    /// What an agent told of a deployment (`agent.md` 3.5), or the server noted. Key: deployment, incarnation, seq.
    #[derive(Debug, Clone, PartialEq)]
    pub struct StoredEvent {
        pub deployment: DeploymentId,
        pub incarnation: u32,
        /// From 1. The server's own events take numbers of incarnation 0.
        pub seq: u32,
        /// By the agent's clock.
        pub time: Timestamp,
        pub received_at: Timestamp,
        pub boot: String,
        pub kind: String,
        pub state: Option<String>,
        pub detail: Value,
        /// What the server says of it: an impossible transition, for one.
        pub note: Option<String>,
    }
}

pub struct Events<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Events<'_> {
    /// True when the event is new; one that is known already is left as it is.
    pub async fn insert(&mut self, event: &StoredEvent) -> Result<bool, StoreError> {
        execute!(
            self.tx,
            "insert an event",
            "INSERT INTO deployment_event (deployment, incarnation, seq, time, received_at, boot, kind, state, detail,
                 note)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (deployment, incarnation, seq) DO NOTHING",
            event.deployment,
            event.incarnation,
            event.seq,
            event.time,
            event.received_at,
            event.boot,
            event.kind,
            event.state,
            event.detail,
            event.note,
        )
        .map(|rows| rows > 0)
    }

    /// Says of an event why it was not applied.
    pub async fn put_note(&mut self, event: &StoredEvent, note: &str) -> Result<(), StoreError> {
        let rows = execute!(
            self.tx,
            "note something about an event",
            "UPDATE deployment_event SET note = $4 WHERE deployment = $1 AND incarnation = $2 AND seq = $3",
            event.deployment,
            event.incarnation,
            event.seq,
            note,
        )?;
        StoreError::unless_one(rows, "the event")
    }

    /// In the order in which they happened.
    pub async fn of_deployment(&mut self, deployment: DeploymentId) -> Result<Vec<StoredEvent>, StoreError> {
        all!(
            self.tx,
            StoredEvent,
            "list a deployment's events",
            "SELECT * FROM deployment_event WHERE deployment = $1 ORDER BY time, incarnation, seq",
            deployment,
        )
    }

    /// The highest number below which all of an incarnation's events are in; 0 for none.
    pub async fn highest_without_gap(&mut self, deployment: DeploymentId, incarnation: u32) -> Result<u32, StoreError> {
        one!(
            self.tx,
            Scalar<u32>,
            "find a gap among events",
            "SELECT COALESCE(MAX(seq), 0) AS value FROM (
                 SELECT seq, ROW_NUMBER() OVER (ORDER BY seq) AS place FROM deployment_event
                 WHERE deployment = $1 AND incarnation = $2
             ) AS numbered WHERE seq = place",
            deployment,
            incarnation,
        )
    }

    /// The next number for an event of the server itself.
    pub async fn next_of_server(&mut self, deployment: DeploymentId) -> Result<u32, StoreError> {
        one!(
            self.tx,
            Scalar<u32>,
            "number an event of the server",
            "SELECT COALESCE(MAX(seq), 0) + 1 AS value FROM deployment_event
             WHERE deployment = $1 AND incarnation = 0",
            deployment,
        )
    }
}
