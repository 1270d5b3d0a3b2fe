use fettle_model::DeploymentId;
use jiff::Timestamp;

use crate::error::StoreError;
use crate::sql::{all, execute, row};
use crate::tx::Tx;

row! {
    /// A part of a log. Key: deployment, incarnation, stream, start.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct LogChunk {
        pub deployment: DeploymentId,
        pub incarnation: u32,
        /// `apt`, `stdout`, `stderr`, `installer`.
        pub stream: String,
        /// In bytes from the stream's start.
        pub start: u64,
        pub text: String,
        pub is_last: bool,
        pub received_at: Timestamp,
    }
}

pub struct Logs<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Logs<'_> {
    /// A part that comes again replaces the one before.
    pub async fn put(&mut self, chunk: &LogChunk) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "put a part of a log",
            "INSERT INTO log_chunk (deployment, incarnation, stream, start, text, is_last, received_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (deployment, incarnation, stream, start) DO UPDATE
             SET text = excluded.text, is_last = excluded.is_last, received_at = excluded.received_at",
            chunk.deployment,
            chunk.incarnation,
            chunk.stream,
            chunk.start,
            chunk.text,
            chunk.is_last,
            chunk.received_at,
        )
        .map(drop)
    }

    /// All parts, by stream and place.
    pub async fn of_deployment(&mut self, deployment: DeploymentId) -> Result<Vec<LogChunk>, StoreError> {
        all!(
            self.tx,
            LogChunk,
            "list a deployment's logs",
            "SELECT * FROM log_chunk WHERE deployment = $1 ORDER BY stream, incarnation, start",
            deployment,
        )
    }
}
