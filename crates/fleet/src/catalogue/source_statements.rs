//! What Debian's tracker says of each vulnerability in each source package (`catalogue.md` 5.2): stored whole, and asked
//! one CVE at a time. It says where there is no fix, and makes no patch: who is vulnerable is judged when it is asked. Of
//! the patches that there are it says what versions from outside of their release are compared with.

use std::collections::BTreeSet;

use fettle_catalog::debian::statements::ByCve;
use fettle_model::Sha256;
use fettle_model::source_statement::{SourceStatement, UNSTABLE};
use fettle_model::vulnerability::VulnerabilityFacts;
use fettle_store::StoreError;
use fettle_store::catalogue::VulnerabilityFormat;

use super::vulnerability_facts::{Extent, ImportedFacts, facts_of, new_document};
use crate::Fleet;

/// CVEs in one transaction: about ten milliseconds, in which nothing else is written.
const BATCH: usize = 256;

impl Fleet {
    /// The tracker's statements; what a whole document does not name any more ends. `document` is the hash of its bytes.
    pub async fn import_statements(
        &self,
        document: Sha256,
        extent: Extent,
        by_cve: ByCve,
    ) -> Result<ImportedFacts, StoreError> {
        let mut imported = ImportedFacts { read: by_cve.len(), ..ImportedFacts::default() };
        let _turn = self.catalogue_turn.lock().await;
        let document = self.put_document(new_document(VulnerabilityFormat::Tracker, document)).await?;
        let known = self.database.read().await?.source_statements().cves().await?;
        let ended: Vec<String> = match extent {
            Extent::Whole => known.into_iter().filter(|cve| !by_cve.contains_key(cve)).collect(),
            Extent::Partial => Vec::new(),
        };
        let statements: Vec<_> = by_cve.into_iter().collect();
        for batch in statements.chunks(BATCH) {
            let batch = batch.to_vec();
            let put = self.database.write(async move |tx| tx.source_statements().put(document, &batch).await);
            imported.count(put.await?.value);
        }
        imported.ended = ended.len();
        for batch in ended.chunks(BATCH) {
            let batch = batch.to_vec();
            let removed = self.database.write(async move |tx| {
                for cve in &batch {
                    tx.source_statements().remove(cve).await?;
                }
                Ok::<_, StoreError>(())
            });
            removed.await?;
        }
        self.renew_foreign_fixes().await?;
        Ok(imported)
    }

    /// What Debian says of a CVE, by release and source package.
    pub async fn statements_on(&self, cve: &str) -> Result<Vec<SourceStatement>, StoreError> {
        self.database.read().await?.source_statements().of(cve).await
    }

    /// What is known of a CVE that no patch names.
    pub async fn facts_on(&self, cve: &str) -> Result<VulnerabilityFacts, StoreError> {
        let mut read = self.database.read().await?;
        let found = facts_of(&mut read, &[cve.to_owned()]).await?;
        Ok(found.into_iter().map(|(_, facts)| facts).next().unwrap_or_default())
    }

    /// Source packages of the statements that may say of a machine that it is vulnerable, each once.
    pub fn sources_of(statements: &[SourceStatement]) -> Vec<String> {
        let of_releases = statements.iter().filter(|statement| statement.product != UNSTABLE);
        let affecting = of_releases.filter(|statement| statement.can_affect());
        let sources: BTreeSet<&String> = affecting.map(|statement| &statement.source).collect();
        sources.into_iter().cloned().collect()
    }
}
