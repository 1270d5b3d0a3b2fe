//! The scan document for people.

use std::fmt::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use fettle_wire::scan::{Problem, ScanDocument, Update};

/// CVEs that one row names before it counts the rest.
const CVES_SHOWN: usize = 2;

/// Security updates first, then by package.
pub(crate) fn render(document: &ScanDocument) -> String {
    let mut text = String::new();
    let mut updates: Vec<&Update> = document.updates.iter().collect();
    updates.sort_by_key(|update| !update.security);
    if !updates.is_empty() {
        let _ = writeln!(text, "{}\n", rows(&updates));
    }
    for problem in &document.problems {
        let _ = writeln!(text, "{}", problem_line(problem));
    }
    if !document.problems.is_empty() {
        text.push('\n');
    }
    let summary = &document.summary;
    let _ = writeln!(
        text,
        "{} packages, {} updates missing, {} of them security, {} CVEs so far ({} of {} read)",
        summary.packages, summary.missing, summary.security, summary.cves, summary.cves_read, summary.of
    );
    if updates.iter().any(|update| update.urgency.is_some()) {
        text.push_str(
            "Urgency is the changelog's word for how fast a version moves between suites; it is not a severity.\n",
        );
    }
    text
}

fn rows(updates: &[&Update]) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["PACKAGE", "INSTALLED", "CANDIDATE", "SECURITY", "URGENCY", "CVES", "OBSTACLE"]);
    for update in updates {
        let name = format!("{}:{}", update.package, update.arch);
        table.add_row([
            name,
            update.installed.clone(),
            update.candidate.clone(),
            if update.security { "yes" } else { "" }.to_owned(),
            update.urgency.clone().unwrap_or_default(),
            cves(update),
            obstacle(update),
        ]);
    }
    table
}

fn cves(update: &Update) -> String {
    match &update.cves {
        None if update.security => "not read".to_owned(),
        None => String::new(),
        Some(cves) => {
            let shown = cves.iter().take(CVES_SHOWN).cloned().collect::<Vec<_>>().join(" ");
            match cves.len().saturating_sub(CVES_SHOWN) {
                0 => shown,
                more => format!("{shown} +{more}"),
            }
        }
    }
}

fn obstacle(update: &Update) -> String {
    match (update.obstacle, &update.obstacle_text) {
        (None, _) => String::new(),
        (Some(obstacle), None) => obstacle.name().to_owned(),
        (Some(obstacle), Some(text)) => format!("{}: {text}", obstacle.name()),
    }
}

fn problem_line(problem: &Problem) -> String {
    let repository = problem.repo.as_ref().map(|repository| format!(" {repository}")).unwrap_or_default();
    let dated = problem.list_date.map(|date| format!(" (lists of {date})")).unwrap_or_default();
    format!("! {}{repository}: {}{dated}", problem.code, problem.text)
}

#[cfg(test)]
mod tests {
    use fettle_model::Obstacle;
    use fettle_wire::scan::Summary;

    use super::*;

    fn update(package: &str, security: bool) -> Update {
        Update {
            package: package.to_owned(),
            source: package.to_owned(),
            arch: "amd64".to_owned(),
            installed: "1.0-1".to_owned(),
            candidate: "1.0-2".to_owned(),
            security,
            cves: None,
            obstacle: None,
            reboot: false,
            urgency: None,
            date: None,
            repo: None,
            size_bytes: None,
            obstacle_text: None,
        }
    }

    #[test]
    fn security_first_and_every_obstacle_with_its_reason() {
        let held = Update {
            obstacle: Some(Obstacle::Held),
            obstacle_text: Some("by dpkg".to_owned()),
            ..update("alpha", false)
        };
        let read = Update {
            cves: Some(["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"].map(str::to_owned).to_vec()),
            urgency: Some("high".to_owned()),
            ..update("omega", true)
        };
        let document = ScanDocument {
            summary: Summary { packages: 3, missing: 2, security: 1, cves: 3, cves_read: 1, of: 1 },
            updates: vec![held, read],
            problems: vec![Problem {
                code: "RepositoryUnreachable".to_owned(),
                repo: Some("Example//stable/main".into()),
                text: "could not connect".to_owned(),
                list_date: None,
            }],
        };
        let lines: Vec<String> = render(&document).lines().map(|line| line.trim_end().to_owned()).collect();
        insta::assert_snapshot!(lines.join("\n"));
    }
}
