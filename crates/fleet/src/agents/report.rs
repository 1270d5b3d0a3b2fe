//! `report` (`agent.md` 3.4): an inventory's difference, facts and the scan's result become one transaction.

use fettle_index::{AssetChange, ComponentId, Flip, MachineFacts, Preview, Status};
use fettle_model::ScanStatus;
use fettle_store::assets::{Asset, AssetFacts, AssetInventory, ScanRequestState};
use fettle_store::catalogue::{ClosedFinding, FindingCause};
use fettle_wire::message::check_in::Next;
use fettle_wire::message::report::{FactsReport, Mode, ScanReport, ScanResult};
use fettle_wire::message::{Report, ReportAnswer};
use fettle_wire::{Code, Fingerprint, limit};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::admit::{check_incarnation, new_token};
use super::state::{Agent, Token};
use crate::Fleet;
use crate::catalogue::learn::Learnt;
use crate::catalogue::vulnerability_facts::IndexedPatches;
use crate::ingest::Difference;
use crate::ledger::Ledger;
use crate::refusal::Refused;

/// What an asset's last scan said about itself; stored packed beside the inventory.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Coverage {
    pub collectors: Vec<fettle_wire::message::report::Collector>,
    pub refresh: Vec<fettle_wire::message::report::Refresh>,
}

/// Everything that a report writes.
struct Written {
    row: Asset,
    inventory: Option<AssetInventory>,
    facts: Option<AssetFacts>,
    closed: Vec<ClosedFinding>,
    learnt: Learnt,
    finished_scan: Option<(fettle_model::ScanId, ScanRequestState)>,
}

impl Fleet {
    /// `token`: the one that the agent shows; `None` from an agent that shows it at check-ins only.
    pub async fn report(&self, agent: &Agent, token: Option<&str>, report: Report) -> Result<ReportAnswer, Refused> {
        self.admit_shown(agent, report.incarnation, token).await?;
        let _turn = agent.turn.lock().await;
        check_incarnation(agent, report.incarnation)?;
        check_shape(&report)?;
        if report.add.len() > limit::MAX_COMPONENTS {
            return Err(self.too_large(agent, report.add.len()).await?);
        }
        let mut read = self.database.read().await?;
        let (row, inventory) = read.assets().find_with_inventory(agent.asset).await?.ok_or_else(gone)?;
        let finished_scan = finished_scan(&mut read, report.scan.as_ref()).await?;
        drop(read);
        let difference = self.difference(agent, &report, &inventory).await?;
        let now = self.clock.now();
        let has = |component: ComponentId| inventory.components.binary_search(&component.0).is_ok();
        let preview = self.index.preview(agent.asset, has, &difference.added, &difference.removed);
        let product = report.facts.as_ref().map_or_else(
            || fettle_catalog::rule::product_key(&row.os_id, &row.os_version),
            |facts| fettle_catalog::rule::product_key(&facts.facts.os.id, &facts.facts.os.version),
        );
        let mut learnt = self.learn(agent, &product, &report.offer_details)?;
        // Held until the index has what is learnt here: the next one to learn compares with it. Where there is nothing
        // to learn, which is the usual case, reports do not wait for each other.
        let _catalogue = if learnt.is_empty() {
            None
        } else {
            let turn = self.catalogue_turn.lock().await;
            learnt = self.learn(agent, &product, &report.offer_details)?;
            Some(turn)
        };
        let before = row.clone();
        let mut written = self.written(agent, row, inventory, &report, &difference, preview.flips(), learnt, now)?;
        written.finished_scan = finished_scan;
        let next = Next { after_s: 0, spread_s: 0 };
        if written.is_nothing(&before) {
            // Told again because the answer was lost, or a scan that found what was known: nothing is committed, so the
            // token stays.
            note_taken(agent, &before, &report, &difference);
            let token = agent.state().tokens.newest();
            return Ok(ReportAnswer { token: hex::encode(token), revision: before.revision, next });
        }
        let token = new_token(self.entropy.as_ref());
        let older = agent.state().tokens.older_than(token);
        let facts = written.facts.as_ref().map(crate::load_index::machine_facts);
        let (row, learnt) = self.commit(written, (token, older), now).await?;
        let revision = row.revision;
        agent.state().tokens.give(token);
        note_taken(agent, &row, &report, &difference);
        if let Some(scan) = &report.scan {
            self.repositories.note(&scan.refresh);
        }
        self.index_report(&row, Some(agent), facts, (difference.added, difference.removed), Some(preview));
        self.index_patches(learnt);
        Ok(ReportAnswer { token: hex::encode(token), revision, next })
    }

    /// The difference in interned components, after the fingerprint was checked.
    async fn difference(
        &self,
        agent: &Agent,
        report: &Report,
        inventory: &AssetInventory,
    ) -> Result<Difference, Refused> {
        let known = agent.state().fingerprint;
        if report.mode == Mode::Diff && report.to == known {
            return Ok(Difference::default());
        }
        let base = match (report.mode, report.from) {
            (Mode::Full, _) => Fingerprint::EMPTY,
            (Mode::Diff, Some(from)) if from == known => from,
            (Mode::Diff, _) => {
                let message = "the difference does not start from what the server has; send everything";
                return Err(Refused::new(Code::FingerprintMismatch, message).at("/from"));
            }
        };
        let added = self.read_components(&report.add, "/add")?;
        let removed = self.read_components(&report.remove, "/remove")?;
        let sum = removed.hashes().fold(base, Fingerprint::without);
        let sum = added.hashes().fold(sum, Fingerprint::with);
        if sum != report.to {
            let message = "the components do not add up to the fingerprint; send everything";
            return Err(Refused::new(Code::FingerprintMismatch, message).at("/to"));
        }
        let dropped = added.dropped;
        let mut added = self.intern(added).await?;
        let has = &inventory.components;
        let mut removed = if report.mode == Mode::Full { has.clone() } else { removed.known() };
        removed.retain(|id| added.binary_search(id).is_err() && has.binary_search(id).is_ok());
        added.retain(|id| has.binary_search(id).is_err());
        let ids = |ids: Vec<u32>| ids.into_iter().map(ComponentId).collect();
        Ok(Difference { added: ids(added), removed: ids(removed), dropped: Some(dropped), to: Some(report.to) })
    }

    #[expect(clippy::too_many_arguments, reason = "each is one part of the transaction that this puts together")]
    fn written(
        &self,
        agent: &Agent,
        mut row: Asset,
        mut inventory: AssetInventory,
        report: &Report,
        difference: &Difference,
        flips: &[Flip],
        learnt: Learnt,
        now: Timestamp,
    ) -> Result<Written, Refused> {
        let mut ledger = Ledger::decode(&inventory.ledger).map_err(Refused::internal)?;
        let closed = self.closed(agent, &row, flips, &ledger, now);
        ledger.note(flips, now);
        let before = (inventory.fingerprint, inventory.coverage.clone());
        inventory.ledger = ledger.encode();
        difference.apply(&mut inventory);
        if let Some(dropped) = difference.dropped {
            row.dropped = u64::from(report.dropped) + dropped;
        }
        let facts =
            report.facts.as_ref().filter(|facts| facts.hash != row.facts_hash).map(|facts| take_facts(&mut row, facts));
        if let Some(scan) = &report.scan {
            take_scan(&mut row, scan);
            let coverage = Coverage { collectors: scan.collectors.clone(), refresh: scan.refresh.clone() };
            inventory.coverage = fettle_store::packed::pack(&coverage);
        }
        let is_changed = before != (inventory.fingerprint, inventory.coverage.clone()) || !flips.is_empty();
        Ok(Written { row, inventory: is_changed.then_some(inventory), facts, closed, learnt, finished_scan: None })
    }

    /// Findings that this report ends, for the history.
    fn closed(
        &self,
        agent: &Agent,
        row: &Asset,
        flips: &[Flip],
        ledger: &Ledger,
        now: Timestamp,
    ) -> Vec<ClosedFinding> {
        let ended = flips.iter().filter(|flip| flip.from == Status::Missing);
        let (asset, ending) = ((agent.number, row.enrolled_at), (now, FindingCause::ByHand));
        ended.filter_map(|flip| self.closed_finding(asset, flip.patch, ledger, ending)).collect()
    }

    async fn commit(
        &self,
        written: Written,
        (token, older): (Token, Vec<u8>),
        now: Timestamp,
    ) -> Result<(Asset, IndexedPatches), Refused> {
        let Written { mut row, inventory, facts, mut closed, learnt, finished_scan } = written;
        row.token_previous = Some(older);
        row.token_current = token.to_vec();
        let (number, asset) = (row.number, row.id);
        // What never had a deployment has none at work.
        let may_be_at_work = self.index.last_deployment(asset).is_some();
        let committed = self
            .database
            .write(async move |tx| {
                match &inventory {
                    Some(inventory) => tx.assets().update_with_inventory(&mut row, inventory).await?,
                    None => tx.assets().update(&mut row).await?,
                }
                if let Some(facts) = &facts {
                    tx.assets().put_facts(number, facts).await?;
                }
                if !closed.is_empty() {
                    if may_be_at_work {
                        let at_work = tx.deployments().unfinished_of_asset(asset).await?;
                        if let Some(deployment) = at_work.iter().find(|deployment| deployment.started_at.is_some()) {
                            for finding in &mut closed {
                                finding.cause = FindingCause::Deployment;
                                finding.deployment = Some(deployment.id);
                            }
                        }
                    }
                    tx.findings().close(&closed).await?;
                }
                if let Some((id, state)) = finished_scan
                    && let Some(mut request) = tx.scan_requests().find(id).await?
                {
                    request.state = state;
                    request.finished_at = Some(now);
                    tx.scan_requests().update(&request).await?;
                }
                let entries = learnt.store(tx, now).await?;
                Ok::<_, Refused>((row, entries))
            })
            .await?;
        Ok(committed.value)
    }

    /// Too many components: the asset keeps its findings, and says why its scan failed.
    async fn too_large(&self, agent: &Agent, count: usize) -> Result<Refused, Refused> {
        let asset = agent.asset;
        let committed = self
            .database
            .write(async move |tx| {
                let mut row = tx.assets().find(asset).await?.ok_or_else(gone)?;
                row.scan_status = ScanStatus::Failed;
                row.scan_reason = Some(Code::InventoryTooLarge.name().to_owned());
                tx.assets().update(&mut row).await?;
                Ok::<_, Refused>(row)
            })
            .await?;
        self.index_asset(&committed.value, Some(agent));
        let message = format!("{count} components are more than {}", limit::MAX_COMPONENTS);
        Ok(Refused::new(Code::InventoryTooLarge, message).at("/add"))
    }
}

impl Written {
    fn is_nothing(&self, before: &Asset) -> bool {
        self.row == *before
            && self.inventory.is_none()
            && self.facts.is_none()
            && self.closed.is_empty()
            && self.learnt.is_empty()
            && self.finished_scan.is_none()
    }
}

/// The request that this scan answers, and how it ends; `None` where it asked for none, or where that one is over.
async fn finished_scan(
    read: &mut fettle_store::Tx,
    scan: Option<&ScanReport>,
) -> Result<Option<(fettle_model::ScanId, ScanRequestState)>, Refused> {
    let Some((scan, id)) = scan.and_then(|scan| Some((scan, scan.id?))) else { return Ok(None) };
    let is_open = read.scan_requests().find(id).await?.is_some_and(|request| request.finished_at.is_none());
    let state = if scan.result == ScanResult::Scanned { ScanRequestState::Finished } else { ScanRequestState::Failed };
    Ok(is_open.then_some((id, state)))
}

/// The report is in: what it answers does not wait for the agent any more.
fn note_taken(agent: &Agent, row: &Asset, report: &Report, difference: &Difference) {
    let mut state = agent.state();
    if let Some(to) = difference.to {
        state.fingerprint = to;
    }
    state.facts_hash.clone_from(&row.facts_hash);
    if let Some(orders) = &mut state.orders {
        orders.note_report(report);
    }
    state.drop_no_orders();
    if report.scan.is_some() {
        state.connection.scanning = false;
        agent.wake.notify_waiters();
    }
}

fn check_shape(report: &Report) -> Result<(), Refused> {
    match report.mode {
        Mode::Full if !report.remove.is_empty() => Err(Refused::invalid("a full report removes nothing").at("/remove")),
        Mode::Diff if report.from.is_none() => Err(Refused::invalid("a difference needs its base").at("/from")),
        _ => Ok(()),
    }
}

pub(super) fn take_facts(row: &mut Asset, report: &FactsReport) -> AssetFacts {
    let facts = &report.facts;
    let clean = |text: &str| fettle_model::text::cleaned(text, 255);
    row.hostname = clean(&facts.hostname);
    row.fqdn = facts.fqdn.as_deref().map(clean);
    row.os_family = clean(&facts.os.family);
    row.os_id = clean(&facts.os.id);
    row.os_version = clean(&facts.os.version);
    row.os_name = clean(&facts.os.name);
    row.arch = clean(&facts.os.arch);
    row.last_logged_on = facts.logged_on.as_deref().map(clean);
    row.pending_reboot = !facts.pending_reboot.is_empty();
    row.facts_hash.clone_from(&report.hash);
    AssetFacts {
        facts: facts.clone(),
        self_check: serde_json::to_value(&report.self_check).expect("a self-check is JSON"),
    }
}

pub(super) fn take_scan(row: &mut Asset, scan: &ScanReport) {
    (row.scan_status, row.scan_reason) = match scan.result {
        ScanResult::Scanned => (ScanStatus::Scanned, None),
        ScanResult::NotSupported => (ScanStatus::NotSupported, scan.reason.clone()),
        // What a newer agent says is never read as success.
        ScanResult::Failed | ScanResult::Unknown => (ScanStatus::Failed, scan.reason.clone()),
    };
    if scan.result == ScanResult::Scanned {
        // The channel's times are in milliseconds, and a database keeps no nanoseconds: as it will be read again.
        row.scanned_at = Timestamp::from_millisecond(scan.ended_at.as_millisecond()).ok();
    }
}

fn gone() -> Refused {
    Refused::new(Code::CertificateRevoked, "this asset is not known here")
}

impl Fleet {
    /// Puts an asset's committed row into the index; its components are as they were.
    pub(crate) fn index_asset(&self, row: &Asset, agent: Option<&Agent>) {
        self.index_report(row, agent, None, <(Vec<_>, Vec<_>)>::default(), None);
    }

    fn index_report(
        &self,
        row: &Asset,
        agent: Option<&Agent>,
        facts: Option<MachineFacts>,
        (added, removed): (Vec<ComponentId>, Vec<ComponentId>),
        preview: Option<Preview>,
    ) {
        let contact = agent.map(|agent| agent.state().connection.clone());
        let last_deployment = self.index.last_deployment(row.id);
        let columns = crate::load_index::columns(row, contact.as_ref(), last_deployment);
        self.index.change_asset(AssetChange { columns, facts, added, removed }, preview);
    }
}
