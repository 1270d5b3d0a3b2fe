//! `fettle vulnerabilities show`.

use crate::api::asset::AssetRow;
use crate::api::vulnerability::{Facts, Priority, Statement, VulnerabilityDetails, VulnerabilityRow};
use crate::api::{Client, Page};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json, print_table, say_more, table};
use crate::text::{optional_time, percent, thousands, time};

/// Exposed assets that are listed.
const SHOWN: &str = "50";

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Such as CVE-2026-0001
    #[arg(value_parser = cve)]
    cve: String,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, show: Show) -> Result<Finding, Failure> {
    let path = format!("/v1/vulnerabilities/{}", show.cve);
    let answer = client.get::<VulnerabilityDetails>(&path, &[]).await?;
    if show.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let VulnerabilityDetails { row, facts, patches, statements } = answer.value;
    let mut shown = vec![
        ("Vulnerability", row.cve.clone()),
        (if row.patch_count > 0 { "Fixed in" } else { "No patch; in" }, row.sources.join(", ")),
        ("First fix", optional_time(row.published)),
        ("Exposed", row.exposed_count.to_string()),
        ("Priority", priority(&row.priority)),
    ];
    shown.extend(known(&row, &facts));
    print_facts(&shown);
    if let Some(description) = &facts.description {
        print("");
        print(description);
    }
    let mut rows = table(["PATCH", "MISSING", "INSTALLED", "REPOSITORY", "ID"]);
    let has_fix = !patches.is_empty();
    for patch in patches {
        let counts = [patch.missing_count.to_string(), patch.installed_count.to_string()];
        let [missing, installed] = counts;
        rows.add_row([patch.title, missing, installed, patch.repository, patch.id]);
    }
    if has_fix {
        print("");
        print_table(&rows);
    }
    show_statements(statements);
    if row.exposed_count > 0 {
        let query = [("cve", row.cve.as_str()), ("limit", SHOWN)];
        let exposed = client.get::<Page<AssetRow>>("/v1/assets", &query).await?.value;
        let mut rows = table(["EXPOSED ASSET", "OPERATING SYSTEM", "ID"]);
        for asset in &exposed.items {
            rows.add_row([&asset.name, &asset.operating_system, &asset.id]);
        }
        print("");
        print_table(&rows);
        say_more(exposed.items.len(), exposed.total);
    }
    Ok(Finding::Nothing)
}

/// What Debian says of each of its releases, with a fix or without.
fn show_statements(statements: Vec<Statement>) {
    if statements.is_empty() {
        return;
    }
    let mut rows = table(["RELEASE", "SOURCE", "DEBIAN SAYS", "URGENCY", "VULNERABLE", "NO ADVISORY"]);
    for statement in statements {
        let says = match (statement.status.as_str(), statement.fixed_version) {
            ("Fixed", Some(version)) => format!("fixed in {version}"),
            ("Open", _) => "not fixed".to_owned(),
            ("NeverAffected", _) => "never affected".to_owned(),
            (other, _) => other.to_lowercase(),
        };
        let reason = statement.no_advisory.unwrap_or_default();
        let count = statement.affected_count.map(thousands).unwrap_or_default();
        rows.add_row([statement.product, statement.source, says, statement.urgency, count, reason]);
    }
    print("");
    print_table(&rows);
}

/// What KEV, EPSS and the NVD say, as far as they were read.
fn known(row: &VulnerabilityRow, facts: &Facts) -> Vec<(&'static str, String)> {
    let mut known = Vec::new();
    if facts.is_rejected {
        known.push(("Rejected", "the number was given in error".to_owned()));
    }
    if let Some(cvss) = &row.cvss {
        let text = format!("{:.1} {} (CVSS {}, {})", cvss.score, row.severity, cvss.version, cvss.source);
        known.push(("Score", text));
    }
    if let (Some(epss), Some(probability)) = (&facts.epss, row.epss) {
        let above = epss.percentile.map(|share| format!(", above {} of all", percent(share))).unwrap_or_default();
        let model = epss.model_version.as_deref().unwrap_or("unknown model");
        let day = epss.score_date.as_deref().unwrap_or("unknown day");
        known.push(("EPSS", format!("{}{above} ({model}, {day})", percent(probability))));
    }
    if let Some(listed) = &facts.known_exploited {
        known.push(("Exploited", format!("known since {}, by CISA", listed.date_added)));
        known.push(("CISA's due date", row.known_exploited_due.clone().unwrap_or_default()));
        known.push(("CISA asks", listed.required_action.clone()));
    }
    if let Some(at) = facts.delisted_at {
        known.push(("Exploited", format!("no longer listed by CISA since {}", time(at))));
    }
    if let Some(at) = facts.disclosed {
        known.push(("Disclosed", time(at)));
    }
    known
}

fn priority(priority: &Priority) -> String {
    let parts = [
        ("known exploited", priority.known_exploited),
        ("ransomware", priority.ransomware),
        ("EPSS", priority.epss),
        ("CVSS", priority.cvss),
        ("exposed", priority.exposed),
    ];
    let parts: Vec<_> = parts.iter().map(|(name, points)| format!("{name} {points:.1}")).collect();
    format!("{:.1} of 100 = {}", priority.total, parts.join(" + "))
}

/// In any case; what else may stand in it is the server's to judge.
fn cve(text: &str) -> Result<String, String> {
    let text = text.to_uppercase();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain && text.starts_with("CVE-") { Ok(text) } else { Err("a CVE looks like CVE-2026-0001".to_owned()) }
}
