//! `fettle tags preview`.

use serde::Serialize;

use crate::api::tag::{Member, TagBody, TagPreview};
use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, print_table, say, table};

/// Members that are shown.
const SHOWN: usize = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Preview {
    /// QQL about assets, such as `platform:Linux`
    rule: String,
    /// Zone of the rule's dates [default: UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Name, path or id of the tag whose rule it would be: then who joins and leaves is shown
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Asked {
    tag: Option<String>,
    draft: TagBody,
}

pub(crate) async fn run(client: &Client, preview: Preview) -> Result<Finding, Failure> {
    let tag = match &preview.tag {
        Some(tag) => Some(lookup::tag(client, tag).await?),
        None => None,
    };
    // Rules name tags; a new one has no name that any does.
    let new = || TagBody { name: "(a new tag)".to_owned(), ..TagBody::default() };
    let mut draft = tag.as_ref().map_or_else(new, TagBody::of);
    draft.rule = Some(preview.rule);
    draft.tz = preview.tz.or(draft.tz);
    let asked = Asked { tag: tag.map(|tag| tag.id), draft };
    let answer = client.post::<TagPreview>("/v1/tags/preview", &asked).await?;
    if preview.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let found = &answer.value;
    for warning in &found.warnings {
        say(&format!("warning: {}: {}", warning.code, warning.message));
        say(&format!("hint: {}", warning.help));
    }
    if asked.tag.is_none() {
        print(&format!("{} members", found.members));
        show("NAME", &found.first_members, found.members);
        return Ok(Finding::Nothing);
    }
    print(&format!(
        "{} members now, {} then: {} join, {} leave",
        found.before, found.members, found.joining, found.leaving
    ));
    show("JOINS", &found.first_joining, found.joining);
    show("LEAVES", &found.first_leaving, found.leaving);
    if found.needs_confirm {
        say(&format!("To save it, confirm the change: `--confirm {}`", found.joining + found.leaving));
    }
    Ok(Finding::Nothing)
}

fn show(title: &str, members: &[Member], total: u64) {
    if members.is_empty() {
        return;
    }
    let mut rows = table([title, "OPERATING SYSTEM"]);
    for member in members.iter().take(SHOWN) {
        rows.add_row([member.name.clone(), member.operating_system.clone()]);
    }
    print_table(&rows);
    let shown = members.len().min(SHOWN) as u64;
    if shown < total {
        say(&format!("and {} more", total - shown));
    }
}
