//! The change feed is kept short: nobody reads rows from long ago, and each report writes one.

use fettle_store::StoreError;

use crate::Fleet;

/// Rows that stay: minutes of a large fleet's reports, for readers that are a little behind.
const KEPT: u32 = 10_000;

impl Fleet {
    /// Deletes what is older than the newest rows; gives the number of rows that went.
    pub async fn trim_feed(&self) -> Result<u64, StoreError> {
        let Some(oldest) = self.database.read().await?.feed().behind_head(KEPT).await? else { return Ok(0) };
        let trimmed = self.database.write(async move |tx| tx.feed().trim(oldest).await).await?;
        Ok(trimmed.value)
    }
}
