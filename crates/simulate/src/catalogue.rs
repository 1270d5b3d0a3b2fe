//! What vendors say, put into the catalogue through the doors by which their own files come.

use std::io::Cursor;

use fettle_catalog::import::Format;
use fettle_catalog::vulnerability::epss;
use fettle_fleet::Fleet;
use fettle_fleet::catalogue::import::{Records, read_records};
use fettle_fleet::catalogue::vulnerability_facts::Extent;
use fettle_wire::sha256;

use crate::blueprint::Blueprint;
use crate::run::SimulateError;
use crate::{advisory, vulnerability, windows};

/// Advisories and updates, before there are machines.
pub(crate) async fn put_patches(fleet: &Fleet, blueprint: &Blueprint) -> Result<(), SimulateError> {
    let mut archives: Vec<_> = blueprint.rpm.iter().map(|image| &image.archive).collect();
    archives.dedup_by_key(|archive| archive.codename);
    for archive in archives {
        let text = advisory::updateinfo(archive, &blueprint.calendar)?;
        let hash = sha256(text.as_bytes());
        let (_, records) = read_records(Format::Updateinfo, Cursor::new(text))?;
        if let Some(records) = records {
            fleet.apply_records(records, hash).await?;
        }
    }
    let updates = windows::updates(&blueprint.calendar);
    fleet.apply_records(Records::Bulletins(updates), sha256(b"simulated updates of Windows")).await?;
    Ok(())
}

/// What is known of all vulnerabilities that a patch names, once all patches are there.
pub(crate) async fn put_facts(fleet: &Fleet, blueprint: &Blueprint) -> Result<(), SimulateError> {
    let documents = vulnerability::documents(&fleet.index.cves(), &blueprint.calendar)?;
    fleet.import_nvd(sha256(b"simulated records"), documents.records).await?;
    let model = epss::Model {
        version: Some("simulated".to_owned()),
        score_date: Some(blueprint.calendar.end.strftime("%Y-%m-%d").to_string()),
    };
    fleet.import_epss(sha256(b"simulated scores"), model, documents.scores).await?;
    fleet.import_known_exploited(sha256(b"simulated catalogue"), Extent::Whole, documents.exploited).await?;
    Ok(())
}
