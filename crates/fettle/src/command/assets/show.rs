//! `fettle assets show`.

use crate::api::asset::{AssetDetails, AssetPatchRow, SoftwareRow};
use crate::api::deployment::DeploymentRow;
use crate::api::{Client, Items, Page, lookup};
use crate::command::Format;
use crate::command::overview::known_cves;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json, print_table, say_more, table};
use crate::text::{count_unless_none, due, optional_time, thousands, time, yes};

use super::list::scan_state;

const ROWS: &[(&str, &str)] = &[("limit", "1000")];

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Name or id
    asset: String,
    /// Its patches: what is missing first, and what is installed
    #[arg(long, group = "part")]
    patches: bool,
    /// Its packages, repositories and running processes
    #[arg(long, group = "part")]
    software: bool,
    /// What was deployed to it
    #[arg(long, group = "part")]
    deployments: bool,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, show: Show) -> Result<Finding, Failure> {
    let asset = lookup::asset(client, &show.asset).await?;
    let path = format!("/v1/assets/{}", asset.id);
    let json = show.format.json;
    if show.patches {
        patches(client, &path, json).await?;
    } else if show.software {
        software(client, &path, json).await?;
    } else if show.deployments {
        deployments(client, &path, json).await?;
    } else {
        details(client, &path, json).await?;
    }
    Ok(Finding::Nothing)
}

async fn details(client: &Client, path: &str, json: bool) -> Result<(), Failure> {
    let answer = client.get::<AssetDetails>(path, &[]).await?;
    if json {
        print_json(&answer);
        return Ok(());
    }
    let details = &answer.value;
    let row = &details.row;
    let connected = if row.connected { "connected" } else { "not connected" };
    print_facts(&[
        ("Name", row.name.clone()),
        ("Id", row.id.clone()),
        ("Domain name", row.fqdn.clone().unwrap_or_default()),
        ("Operating system", row.operating_system.clone()),
        ("Address", row.address.clone().unwrap_or_default()),
        ("Agent", format!("{} {}, {connected}", row.agent_version, row.agent_status)),
        ("Checked in", optional_time(row.last_checked_in)),
        ("Enrolled", time(details.enrolled_at)),
        ("Scan", scan_state(row)),
        ("Scanned", optional_time(row.scanned_at)),
        ("Packages", thousands(row.package_count)),
        ("Missing", format!("{}, {} of them security", row.missing_patch_count, row.missing_security_count)),
        ("Overdue", row.overdue_count.to_string()),
        ("Cannot tell", count_unless_none(row.undetermined_patch_count)),
        ("Installed", row.installed_patch_count.to_string()),
        ("Reboot pending", yes(row.pending_reboot).to_owned()),
        ("Last user", row.last_logged_on_user.clone().unwrap_or_default()),
    ]);
    print_problems(details);
    Ok(())
}

/// What the asset could not tell, and what it found wrong with itself.
fn print_problems(details: &AssetDetails) {
    let said = |text: Option<&String>| text.map(|text| format!(": {text}")).unwrap_or_default();
    for collector in details.collectors.iter().filter(|collector| collector.result != "Ok") {
        let code = collector.code.as_deref().unwrap_or("failed");
        print(&format!("! {}: {code}{}", collector.name, said(collector.text.as_ref())));
    }
    for repository in details.repositories.iter().filter(|repository| repository.text.is_some()) {
        print(&format!("! {}: {}{}", repository.repo, repository.result, said(repository.text.as_ref())));
    }
    for check in details.self_check.iter().filter(|check| check.result != "Passed") {
        print(&format!("! {} {}: {}", check.id, check.result, check.text));
    }
    if details.dropped_components > 0 {
        print(&format!("! {} components were not taken", details.dropped_components));
    }
}

async fn patches(client: &Client, path: &str, json: bool) -> Result<(), Failure> {
    let answer = client.get::<Page<AssetPatchRow>>(&format!("{path}/patches"), ROWS).await?;
    if json {
        print_json(&answer);
        return Ok(());
    }
    let mut rows = table(["PATCH", "STATUS", "SECURITY", "URGENCY", "SINCE", "DUE", "CVES", "REASON"]);
    let mut items: Vec<&AssetPatchRow> = answer.value.items.iter().collect();
    let settled = |row: &AssetPatchRow| ["Missing", "Undetermined"].map(|open| row.status != open);
    items.sort_by_key(|row| (settled(row), !row.patch.is_security));
    for row in items {
        let later = if row.is_latest { "" } else { ", later one offered" };
        rows.add_row([
            row.patch.title.clone(),
            format!("{}{later}", row.status),
            yes(row.patch.is_security).to_owned(),
            row.patch.urgency.clone().unwrap_or_default(),
            time(row.since),
            due(row.due_date, row.is_overdue),
            known_cves(row.patch.cves.as_deref(), row.patch.is_security),
            row.obstacle.clone().or_else(|| row.finding_reason.clone()).unwrap_or_default(),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(())
}

async fn software(client: &Client, path: &str, json: bool) -> Result<(), Failure> {
    let answer = client.get::<Page<SoftwareRow>>(&format!("{path}/software"), ROWS).await?;
    if json {
        print_json(&answer);
        return Ok(());
    }
    let mut rows = table(["KIND", "NAME", "VERSION", "ARCHITECTURE", "CANDIDATE", "OBSTACLE"]);
    for row in &answer.value.items {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        rows.add_row([
            row.kind.clone(),
            row.name.clone(),
            or_empty(&row.version),
            or_empty(&row.architecture),
            or_empty(&row.candidate),
            or_empty(&row.obstacle),
        ]);
    }
    print_table(&rows);
    say_more(answer.value.items.len(), answer.value.total);
    Ok(())
}

async fn deployments(client: &Client, path: &str, json: bool) -> Result<(), Failure> {
    let answer = client.get::<Items<DeploymentRow>>(&format!("{path}/deployments"), &[]).await?;
    if json {
        print_json(&answer);
        return Ok(());
    }
    let mut rows = table(["JOB", "STATE", "PUBLISHED", "ENDED", "WHY"]);
    for row in &answer.value.items {
        let ended = optional_time(row.ended_at);
        rows.add_row([row.job_name.clone(), row.where_it_is(), time(row.published_at), ended, row.why()]);
    }
    print_table(&rows);
    Ok(())
}
