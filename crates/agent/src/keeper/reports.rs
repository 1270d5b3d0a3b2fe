//! Scans and reports: when to scan, what to tell the server of it, and what to do when it has another base.

use std::thread;
use std::time::Instant;

use fettle_model::ReportId;
use fettle_wire::message::check_in::ScanOrder;
use fettle_wire::message::report::{FactsReport, OfferDetails, Report, ScanReport, ScanResult};
use fettle_wire::{Code, Fingerprint};
use jiff::Timestamp;

use super::inventory::{Inventory, Pending};
use super::{CHANGELOG_MEGABYTES, Input, Keeper, KeeperError};
use crate::channel::ToTalker;
use crate::scan::{FoundOffer, Scan};
use crate::self_check;

impl Keeper {
    pub(super) fn connected(&mut self, fingerprint: Fingerprint) -> Result<(), KeeperError> {
        self.connected = true;
        if fingerprint != self.inventory.fingerprint() {
            // A report was answered and this keeper ended before it heard, or the identity is new.
            self.inventory.forget();
            self.state.scanned_at = None;
        }
        self.tell_status()?;
        self.send_unacknowledged()
    }

    pub(super) fn is_idle(&self) -> bool {
        self.connected && !self.scanning && self.running.is_none() && self.pending.is_none()
    }

    /// The first scan follows the first contact; later ones the interval. None while work is being done.
    pub(super) fn scan_if_due(&mut self) -> Result<(), KeeperError> {
        if !self.is_idle() {
            return Ok(());
        }
        if let Some(order) = self.next_scan.take() {
            return self.start_scan(order);
        }
        if self.scan_due_in().is_positive() {
            return Ok(());
        }
        self.start_scan(ScanOrder { id: None, kind: "VM".to_owned(), refresh: false })
    }

    pub(super) fn start_scan(&mut self, order: ScanOrder) -> Result<(), KeeperError> {
        if self.scanning || self.running.is_some() || self.pending.is_some() {
            self.next_scan = Some(order);
            return Ok(());
        }
        self.scanning = true;
        self.tell_status()?;
        let (collectors, inputs) = (self.settings.collectors.clone(), self.inputs.clone());
        let wish = self.refresh_wish(order.refresh);
        thread::spawn(move || {
            inputs.send(match collectors.scan(wish, &mut |_| {}) {
                Ok(mut scan) => {
                    scan.report.id = order.id;
                    Input::Scanned(Box::new(scan))
                }
                Err(error) => Input::ScanFailed(error.code(), crate::collector::chain(&error)),
            });
        });
        Ok(())
    }

    pub(super) fn scanned(&mut self, scan: Scan) -> Result<(), KeeperError> {
        self.scanning = false;
        self.state.scanned_at = Some(self.settings.clock.now());
        self.state.store(&self.folder)?;
        let unread = scan.offers.iter().any(|offer| offer.security && offer.changelog.is_none());
        self.report(scan);
        if unread {
            self.read_changelogs(CHANGELOG_MEGABYTES);
        }
        self.tell_status()
    }

    /// The collector itself failed: the scan is reported as failed, and nothing is taken away.
    pub(super) fn scan_failed(&mut self, code: Code, text: &str) -> Result<(), KeeperError> {
        tracing::error!(text, "scan failed");
        self.scanning = false;
        let now = self.settings.clock.now();
        self.state.scanned_at = Some(now);
        self.state.store(&self.folder)?;
        self.send_report(None, Some(failed_scan(now, code, text)), Vec::new(), self.inventory.clone(), 0, false);
        self.tell_status()
    }

    fn report(&mut self, mut scan: Scan) {
        scan.add_checks([self_check::clock(self.state.clock_offset())]);
        let next = self.inventory.after(&scan);
        let details: Vec<OfferDetails> = scan.offers.iter().map(FoundOffer::details).collect();
        let details = if self.inventory.is_empty() { details } else { self.inventory.news(details) };
        let mut limits = self.limits.report();
        limits.monitor_only |= self.settings.monitor_only;
        let facts = scan.facts.with_limits(limits);
        self.send_report(Some(facts), Some(scan.report), details, next, scan.dropped, false);
    }

    fn send_report(
        &mut self,
        facts: Option<FactsReport>,
        scan: Option<ScanReport>,
        offer_details: Vec<OfferDetails>,
        mut next: Inventory,
        dropped: u32,
        full: bool,
    ) {
        let difference = self.inventory.difference(&next, full);
        let incarnation = self.identity().ok().flatten().map_or(1, |identity| identity.incarnation);
        let report = Report {
            report_id: ReportId::new(self.settings.clock.now(), self.settings.entropy.as_ref()),
            incarnation,
            mode: difference.mode,
            from: difference.from,
            to: difference.to,
            dropped,
            add: difference.add,
            remove: difference.remove,
            facts,
            scan,
            offer_details,
        };
        next.note_told(&report.offer_details);
        self.talker.say(&ToTalker::Report { report: Box::new(report.clone()) });
        self.pending = Some(Pending { report, next });
    }

    pub(super) fn reported(&mut self, report: ReportId) -> Result<(), KeeperError> {
        let Some(pending) = self.pending.take_if(|pending| pending.report.report_id == report) else { return Ok(()) };
        self.inventory = pending.next;
        self.inventory.store(&self.folder)?;
        if let Some(facts) = pending.report.facts {
            self.state.facts_hash = facts.hash;
            self.state.store(&self.folder)?;
            self.tell_status()?;
        }
        if let Some(details) = self.late_changelogs.take() {
            self.changelogs_read(details);
        }
        Ok(())
    }

    /// The server has another base: everything is sent, with the same scan.
    pub(super) fn mismatch(&mut self, report: ReportId) {
        let Some(pending) = self.pending.take_if(|pending| pending.report.report_id == report) else { return };
        if pending.report.from.is_none() {
            tracing::error!("the server's sum of a full report differs; the next scan reports again");
            return;
        }
        let Pending { report, next } = pending;
        self.inventory.forget();
        let wait = self.mismatches.wait(Instant::now());
        if wait.is_zero() {
            self.send_report(report.facts, report.scan, report.offer_details, next, report.dropped, true);
        } else {
            tracing::warn!(wait_s = wait.as_secs(), "the server's inventory differs again");
            let report = self.full_report(report, &next);
            self.pending = Some(Pending { report, next });
            self.resend_at = Some(Instant::now() + wait);
        }
    }

    fn full_report(&self, report: Report, next: &Inventory) -> Report {
        let difference = self.inventory.difference(next, true);
        Report {
            mode: difference.mode,
            from: difference.from,
            to: difference.to,
            add: difference.add,
            remove: difference.remove,
            ..report
        }
    }

    /// A full report whose wait is over.
    pub(super) fn resend_if_due(&mut self) {
        if self.resend_at.take_if(|at| *at <= Instant::now()).is_some()
            && let Some(pending) = &self.pending
        {
            self.talker.say(&ToTalker::Report { report: Box::new(pending.report.clone()) });
        }
    }

    /// The server asks by itself: what is known is sent again after a new look.
    pub(super) fn report_again(&mut self, full: bool) -> Result<(), KeeperError> {
        if full {
            self.inventory.forget();
        }
        self.start_scan(ScanOrder { id: None, kind: "VM".to_owned(), refresh: false })
    }

    pub(super) fn read_changelogs(&mut self, megabytes: u32) {
        let (collectors, inputs) = (self.settings.collectors.clone(), self.inputs.clone());
        thread::spawn(move || match collectors.read_changelogs(megabytes, &mut |_| {}) {
            Ok(details) => inputs.send(Input::Changelogs(details)),
            Err(error) => tracing::warn!(error = crate::collector::chain(&error), "changelogs not read"),
        });
    }

    /// Told with an empty difference. A report that is on its way comes first.
    pub(super) fn changelogs_read(&mut self, details: Vec<OfferDetails>) {
        if let Some(pending) = &self.pending {
            let report = pending.report.report_id;
            tracing::debug!(%report, "changelogs wait for a report");
            self.late_changelogs = Some(details);
            return;
        }
        let news = self.inventory.news(details);
        if !news.is_empty() && !self.inventory.is_empty() {
            self.send_report(None, None, news, self.inventory.clone(), 0, false);
        }
    }

    /// A restored snapshot: the server has nothing of this incarnation; open deployments are dead.
    pub(super) fn restored(&mut self, incarnation: u32) -> Result<(), KeeperError> {
        if let Some(mut identity) = self.identity()? {
            identity.incarnation = incarnation;
            identity.store(&self.folder)?;
        }
        self.drop_deployments()?;
        self.forget_server()
    }

    /// The talker has dropped the identity and enrols anew; what was shared under the old one goes too.
    pub(super) fn cloned(&mut self) -> Result<(), KeeperError> {
        self.connected = false;
        self.drop_deployments()?;
        self.forget_server()
    }

    fn forget_server(&mut self) -> Result<(), KeeperError> {
        self.inventory.forget();
        self.inventory.store(&self.folder)?;
        self.pending = None;
        self.resend_at = None;
        self.state = super::state::KeeperState { profile: self.state.profile.take(), ..Default::default() };
        self.state.store(&self.folder)?;
        self.tell_status()
    }
}

fn failed_scan(now: Timestamp, code: Code, text: &str) -> ScanReport {
    ScanReport {
        id: None,
        kind: "VM".to_owned(),
        result: ScanResult::Failed,
        reason: Some(code.name().to_owned()),
        started_at: now,
        ended_at: now,
        watch_revision: 0,
        collectors: vec![fettle_wire::message::report::Collector {
            name: "collector".to_owned(),
            result: "Failed".to_owned(),
            took_ms: 0,
            code: Some(code.name().to_owned()),
            text: Some(fettle_model::text::cleaned(text, 2_000)),
        }],
        refresh: Vec::new(),
    }
}
