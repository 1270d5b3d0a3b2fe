//! What this machine lacks, printed once; then how far its changelogs are read.

use std::time::Duration;

use fettle_fleet::Fleet;
use fettle_index::query::Overview;

use crate::api::server::UrgentPatch;
use crate::command::overview::{cves_so_far, print_urgent};
use crate::output::print;
use crate::progress::Progress;
use crate::text::thousands;

const URGENT: usize = 10;
/// Between two looks while changelogs are read.
const LOOK: Duration = Duration::from_secs(2);

pub(super) fn print_summary(fleet: &Fleet, console: &str) {
    let overview = fleet.index.overview(URGENT);
    print("");
    if overview.failed > 0 {
        print("The scan failed, so what is missing is not known. The console shows why, on the asset's page.");
    }
    print(&format!(
        "{} packages, {} of them with an update; {} updates missing, {} of them security, {}",
        thousands(overview.packages),
        thousands(overview.offers),
        overview.missing,
        overview.missing_security,
        cves(&overview)
    ));
    print_most_urgent(&overview, "Most urgent:");
    print(&format!("\nConsole: {console}   Ctrl-C stops server and agent"));
}

fn print_most_urgent(overview: &Overview, title: &str) {
    if !overview.urgent.is_empty() {
        print(&format!("\n{title}"));
        print_urgent(&overview.urgent.iter().map(row).collect::<Vec<_>>());
        print("Urgency is the changelog's word for how fast a version moves between suites; it is not a severity.");
    }
}

fn row((entry, missing): &(fettle_index::PatchEntry, u64)) -> UrgentPatch {
    let patch = &entry.patch;
    UrgentPatch {
        title: patch.title.clone(),
        security: patch.is_security(),
        cves: patch.cves.clone(),
        urgency: patch.urgency.clone(),
        missing: *missing,
        published: patch.published,
    }
}

fn cves(overview: &Overview) -> String {
    let count = |number: usize| u64::try_from(number).expect("counts fit 64 bits");
    cves_so_far(count(overview.cves), count(overview.cves_read), count(overview.cves_of))
}

/// Shows each new count, and what is urgent once all are read: CVEs count for that. Never returns, as later scans change
/// it again.
pub(super) async fn follow_changelogs(fleet: &Fleet) {
    let mut shown = cves(&fleet.index.overview(0));
    let mut progress: Option<Progress> = None;
    loop {
        tokio::time::sleep(LOOK).await;
        let overview = fleet.index.overview(URGENT);
        let now = cves(&overview);
        if overview.cves_read < overview.cves_of {
            progress.get_or_insert_with(Progress::start).step(&now);
        } else if now != shown {
            progress = None;
            print(&format!("\n{now}"));
            print_most_urgent(&overview, "Most urgent, now that all changelogs are read:");
        }
        shown = now;
    }
}
