//! `fettle keys list`.

use crate::api::server::ActivationKey;
use crate::api::{Client, Items};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, table};
use crate::text::optional_time;

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, list: List) -> Result<Finding, Failure> {
    let answer = client.get::<Items<ActivationKey>>("/v1/activation-keys", &[]).await?;
    if list.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["TITLE", "ENABLED", "USED", "AT MOST", "LAST USED", "ENDS", "ID"]);
    for key in answer.value.items {
        rows.add_row([
            key.title,
            if key.enabled { "yes" } else { "no" }.to_owned(),
            key.used_count.to_string(),
            key.max_agents.map(|most| most.to_string()).unwrap_or_default(),
            optional_time(key.last_used_at),
            optional_time(key.expire_date),
            key.id,
        ]);
    }
    print_table(&rows);
    Ok(Finding::Nothing)
}
