//! Assets put in with all that an agent of theirs would have said: for fleets that go straight into a database.

use fettle_model::AssetId;
use fettle_model::component::Component;
use fettle_store::StoreError;
use fettle_store::assets::{Certificate, Contact, NewAsset};
use fettle_wire::message::{Enrol, Report};
use fettle_wire::{WireComponent, component};
use jiff::Timestamp;
use rustc_hash::FxHashSet;

use super::admit::new_token;
use super::enrol::new_asset;
use super::report::{Coverage, take_facts, take_scan};
use crate::Fleet;
use crate::ingest::sorted;
use crate::keys::ca::AGENT_CERTIFICATE_LIFE;
use crate::refusal::Refused;

/// One asset that enrolled, reported once, and was heard of since.
#[derive(Debug)]
pub struct WholeAsset {
    pub enrol: Enrol,
    pub enrolled_at: Timestamp,
    /// Facts and scan of it are taken, and the fingerprint of all components; its lists are not read.
    pub report: Report,
    /// Numbers of the components, as [`Fleet::number_components`] gave them.
    pub components: Vec<u32>,
    pub last_checked_in: Timestamp,
}

impl Fleet {
    /// The numbers under which components stand in the database, in their order; new ones are stored. One may stand there
    /// more than once.
    pub async fn number_components(&self, components: &[Component]) -> Result<Vec<u32>, Refused> {
        let distinct: FxHashSet<&Component> = components.iter().collect();
        let entries: Vec<WireComponent> = distinct.into_iter().map(WireComponent::from).collect();
        let read = self.read_components(&entries, "/add")?;
        self.intern(read).await?;
        let known = self.components.lock().expect("no holder panics");
        let number = |component: &Component| known.get(&component::hash(component)).copied();
        components
            .iter()
            .map(|component| number(component).ok_or_else(|| Refused::internal("a number is missing")))
            .collect()
    }

    /// Puts assets into the database in one transaction, and nowhere else: agents and index know them after the next
    /// start. There are no findings to compare with, so none is in the ledger, and the audit log is not told.
    pub async fn put_whole(&self, assets: Vec<WholeAsset>) -> Result<(), Refused> {
        let rows: Vec<_> = assets.into_iter().map(|asset| self.rows_of(asset)).collect();
        let written = self.database.write(async move |tx| {
            let mut contacts = Vec::with_capacity(rows.len());
            for Rows { new, certificate, last_checked_in, boot_id } in rows {
                let inserted = tx.assets().insert(&new).await?;
                tx.certificates().insert(&certificate).await?;
                contacts.push(Contact { asset: inserted.number, last_checked_in, address: None, boot_id });
            }
            tx.assets().put_contacts(&contacts).await
        });
        written.await.map(drop).map_err(|error| Refused::internal(StoreError::from(error)))
    }

    fn rows_of(&self, asset: WholeAsset) -> Rows {
        let WholeAsset { enrol, enrolled_at, report, components, last_checked_in } = asset;
        let id = AssetId::new(enrolled_at, self.entropy.as_ref());
        let mut new = new_asset(id, &enrol, new_token(self.entropy.as_ref()), enrolled_at);
        if let Some(facts) = &report.facts {
            new.facts = take_facts(&mut new.asset, facts);
        }
        if let Some(scan) = &report.scan {
            take_scan(&mut new.asset, scan);
            let coverage = Coverage { collectors: scan.collectors.clone(), refresh: scan.refresh.clone() };
            new.inventory.coverage = fettle_store::packed::pack(&coverage);
        }
        new.inventory.fingerprint = report.to.0;
        new.inventory.components = sorted(components);
        // No key is behind it: no machine will ever connect with this one.
        let mut serial = vec![0; 16];
        self.entropy.fill(&mut serial);
        let not_after = enrolled_at + AGENT_CERTIFICATE_LIFE;
        let certificate = Certificate {
            serial,
            asset: id,
            not_before: enrolled_at,
            not_after,
            used_at: Some(enrolled_at),
            revoked_at: None,
        };
        Rows { new, certificate, last_checked_in, boot_id: enrol.boot_id }
    }
}

struct Rows {
    new: NewAsset,
    certificate: Certificate,
    last_checked_in: Timestamp,
    boot_id: String,
}
