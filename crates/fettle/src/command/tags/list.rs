//! `fettle tags list`.

use crate::api::tag::TagRow;
use crate::api::{Client, Items};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, table};

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, list: List) -> Result<Finding, Failure> {
    let answer = client.get::<Items<TagRow>>("/v1/tags", &[]).await?;
    if list.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["NAME", "MEMBERS", "PINNED IN", "PINNED OUT", "RULE", "ID"]);
    for tag in &answer.value.items {
        // What assets get by hand is pinned in, all of it.
        let pinned_in = if tag.rule.is_some() { tag.pinned_in_count } else { 0 };
        let pins = |count: u64| if count > 0 { count.to_string() } else { String::new() };
        let rule = tag.rule.clone().unwrap_or_default();
        rows.add_row([
            format!("{}{}", "  ".repeat(tag.depth), tag.name),
            tag.member_count.to_string(),
            pins(pinned_in),
            pins(tag.pinned_out_count),
            if tag.is_broken { format!("(broken) {rule}") } else { rule },
            tag.id.clone(),
        ]);
    }
    print_table(&rows);
    Ok(Finding::Nothing)
}
