//! Vendors' files into the catalogue (`catalogue.md` 9.1 to 9.3): read whole, then applied in batches, and noted as a
//! document at the end. A crash in between leaves whole records and no document, so that the same file goes on.

use std::io::{BufRead, Seek};

use fettle_catalog::debian::{advisories, patches, statements, tracker};
use fettle_catalog::definitions::patches::patches as patches_of;
use fettle_catalog::definitions::{self, Definitions};
use fettle_catalog::import::{Format, Imported as FileRead, bulletins, read, text};
use fettle_catalog::reading::{ReadError, Report};
use fettle_catalog::rpm::{self, updateinfo};
use fettle_catalog::vulnerability::{epss, kev, nvd};
use fettle_model::patch::Patch;
use fettle_model::{DocumentId, Sha256};
use fettle_store::StoreError;
use fettle_store::catalogue::Document;
use serde_json::{Value, json};

use super::advisories::Imported;
use super::vulnerability_facts::Extent;
use crate::Fleet;
use crate::access::Actor;

/// Patches that are applied in one turn of the catalogue: what machines report goes in between.
const TURN: usize = 500;

/// What a file says that the catalogue keeps. A format whose records are stored has its arm in [`read_records`], in
/// [`is_stored`] and in [`Fleet::apply_records`].
#[derive(Debug)]
pub enum Records {
    Advisories(Vec<Patch>),
    KnownExploited(Vec<kev::Entry>, Extent),
    Epss(epss::Model, Vec<epss::Score>),
    /// One page, and where it stands among all.
    Nvd(nvd::Page, Vec<nvd::Vulnerability>),
    Tracker(statements::ByCve, Extent),
    Updates(Definitions),
    Bulletins(Vec<Patch>),
}

/// A file that was applied whole.
#[derive(Debug)]
pub struct Applied {
    pub format: Format,
    pub file_name: Option<String>,
    pub sha256: Sha256,
    pub bytes: u64,
    /// What its reader made of it.
    pub report: Value,
    pub changes: Imported,
}

/// True for a format whose records the catalogue keeps; the others can be read and reported.
pub const fn is_stored(format: Format) -> bool {
    use Format::{DebianDla, DebianDsa, DebianTracker, Epss, Kev, Mssecure, Nvd, Updateinfo, Wesng};
    matches!(format, DebianDsa | DebianDla | DebianTracker | Updateinfo | Mssecure | Wesng | Kev | Epss | Nvd)
}

/// Reads a whole file, within the limits of its format. Blocks.
pub fn read_records(format: Format, input: impl BufRead + Seek) -> Result<(FileRead, Option<Records>), ReadError> {
    let (report, records) = match format {
        Format::DebianDsa | Format::DebianDla => {
            let (patches, report) = patches::read(text(input, advisories::MAX_UNPACKED)?)?;
            (report, Records::Advisories(patches))
        }
        Format::DebianTracker => {
            let (by_cve, report) = statements::read(text(input, tracker::MAX_UNPACKED)?)?;
            let extent = extent(&report);
            (report, Records::Tracker(by_cve, extent))
        }
        Format::Updateinfo => {
            let (patches, report) = rpm::patches::read(text(input, updateinfo::MAX_UNPACKED)?)?;
            (report, Records::Advisories(patches))
        }
        Format::Mssecure => {
            let (patches, report, signature) = bulletins(input)?;
            return Ok((FileRead { format, report, signature }, Some(Records::Bulletins(patches))));
        }
        Format::Wesng => {
            let (definitions, report) = definitions::read(input)?;
            (report, Records::Updates(definitions))
        }
        Format::Kev => {
            let mut entries = Vec::new();
            let report = kev::read(text(input, kev::MAX_BYTES)?, |entry| entries.push(entry))?;
            let extent = extent(&report);
            (report, Records::KnownExploited(entries, extent))
        }
        Format::Epss => {
            let mut scores = Vec::new();
            let (model, report) = epss::read(text(input, epss::MAX_UNPACKED)?, |score| scores.push(score))?;
            (report, Records::Epss(model, scores))
        }
        Format::Nvd => {
            let mut records = Vec::new();
            let (page, report) = nvd::read(text(input, nvd::MAX_BYTES)?, |record| records.push(record))?;
            (report, Records::Nvd(page, records))
        }
        Format::Repomd => return Ok((read(format, input)?, None)),
    };
    Ok((FileRead { format, report, signature: None }, Some(records)))
}

fn extent(report: &Report) -> Extent {
    if report.dropped.total() == 0 { Extent::Whole } else { Extent::Partial }
}

impl Fleet {
    /// The document of this content, where it is what the feed said last. An older one that comes again is applied.
    pub async fn document_in_force(&self, format: Format, sha256: Sha256) -> Result<Option<Document>, StoreError> {
        let newest = self.database.read().await?.documents().newest(format.name()).await?;
        Ok(newest.filter(|document| document.sha256 == sha256))
    }

    /// Puts the records of the file with this hash into the catalogue. Patches are judged on every asset.
    pub async fn apply_records(&self, records: Records, document: Sha256) -> Result<Imported, StoreError> {
        let facts = match records {
            Records::Advisories(mut patches) => {
                // Of a patch that no machine can be told to lack the catalogue says nothing; the report counts them.
                patches.retain(|patch| !patch.is_untold());
                let mut changes = Imported::default();
                for turn in patches.chunks(TURN) {
                    changes += self.import_advisories(turn.to_vec()).await?;
                }
                return Ok(changes);
            }
            Records::Updates(definitions) => {
                let stored = self.store_updates(patches_of(&definitions)).await?;
                // It need not be in memory beside the index's own growth.
                drop(definitions);
                return self.index_updates(stored).await;
            }
            Records::Bulletins(patches) => {
                return self.index_updates(self.store_updates(patches.into_iter()).await?).await;
            }
            Records::KnownExploited(entries, extent) => self.import_known_exploited(document, extent, entries).await?,
            Records::Epss(model, scores) => self.import_epss(document, model, scores).await?,
            Records::Nvd(_, records) => self.import_nvd(document, records).await?,
            Records::Tracker(by_cve, extent) => self.import_statements(document, extent, by_cve).await?,
        };
        // What is known as exploited no more, or of which nothing is said any more, has changed without being in the file.
        Ok(Imported {
            changed: facts.changed + facts.ended,
            unchanged: facts.read.saturating_sub(facts.changed),
            ..Imported::default()
        })
    }

    /// Notes that the file was applied, and by whom.
    pub async fn note_document(&self, actor: &Actor, applied: Applied) -> Result<Document, StoreError> {
        let now = self.clock.now();
        let document = Document {
            id: DocumentId::new(now, &*self.entropy),
            feed: applied.format.name().to_owned(),
            file_name: applied.file_name,
            sha256: applied.sha256,
            bytes: applied.bytes,
            imported_at: now,
            imported_by: actor.username.clone(),
            report: applied.report,
            changes: json!(applied.changes),
        };
        let details = json!({ "fileName": document.file_name, "sha256": document.sha256, "bytes": document.bytes,
            "changes": document.changes });
        let object = ("document", Some(document.id.to_string()), Some(document.feed.clone()));
        let record = self.audit(actor, "catalogue.import", object, details);
        let inserted = document.clone();
        self.database
            .write(async move |tx| {
                tx.documents().insert(&inserted).await?;
                tx.audit().insert(&record).await?;
                Ok::<_, StoreError>(())
            })
            .await?;
        Ok(document)
    }
}
