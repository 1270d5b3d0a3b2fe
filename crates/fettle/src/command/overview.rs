//! `fettle overview`.

use super::Format;
use crate::api::Client;
use crate::api::server::{Overview as Figures, UrgentPatch};
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json, print_table, table};
use crate::text::{optional_time, some_of, thousands, yes};

/// CVEs that one row names before it counts the rest.
const CVES_SHOWN: usize = 2;

#[derive(Debug, clap::Args)]
pub(crate) struct Overview {
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, overview: Overview) -> Result<Finding, Failure> {
    let answer = client.get::<Figures>("/v1/overview", &[]).await?;
    if overview.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let figures = &answer.value;
    let assets = format!(
        "{} ({} scanned, {} pending, {} failed)",
        figures.assets, figures.assets_scanned, figures.assets_pending, figures.assets_failed
    );
    print_facts(&[
        ("Assets", assets),
        ("Packages", thousands(figures.packages)),
        ("Updates missing", format!("{}, {} of them security", figures.updates_missing, figures.security_missing)),
        ("Overdue", format!("{} assets", figures.assets_overdue)),
        ("CVEs", cves_so_far(figures.cves, figures.cves_read, figures.cves_of)),
        ("Reboot pending", figures.reboot_pending.to_string()),
    ]);
    if !figures.urgent.is_empty() {
        print("");
        print_urgent(&figures.urgent);
    }
    Ok(Finding::Nothing)
}

/// `214 CVEs so far (31 of 58 read)`; the rest once all are read.
pub(crate) fn cves_so_far(cves: u64, read: u64, of: u64) -> String {
    if read < of { format!("{cves} CVEs so far ({read} of {of} read)") } else { format!("{cves} CVEs") }
}

pub(crate) fn print_urgent(patches: &[UrgentPatch]) {
    let mut rows = table(["PATCH", "SECURITY", "URGENCY", "MISSING ON", "PUBLISHED", "CVES"]);
    for patch in patches {
        rows.add_row([
            patch.title.clone(),
            yes(patch.security).to_owned(),
            patch.urgency.clone().unwrap_or_default(),
            patch.missing.to_string(),
            optional_time(patch.published),
            known_cves(patch.cves.as_deref(), patch.security),
        ]);
    }
    print_table(&rows);
}

/// What is known of a patch's CVEs.
pub(crate) fn known_cves(cves: Option<&[String]>, is_security: bool) -> String {
    match cves {
        None if is_security => "not read yet".to_owned(),
        None => String::new(),
        Some(cves) => some_of(cves, CVES_SHOWN),
    }
}
