//! `fettle about`.

use super::Format;
use crate::api::server::About as ServerAbout;
use crate::arguments::Connection;
use crate::failure::{Failure, Finding};
use crate::output::{print_facts, print_json};
use crate::text::yes;

#[derive(Debug, clap::Args)]
pub(crate) struct About {
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(connection: &Connection, about: About) -> Result<Finding, Failure> {
    let client = connection.public_client()?;
    let answer = client.get::<ServerAbout>("/v1/about", &[]).await?;
    if about.format.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let server = answer.value;
    print_facts(&[
        ("Server", client.address().to_string()),
        ("Version", server.version),
        ("Organisation", format!("{} ({})", server.organisation, server.organisation_id)),
        ("Agents", server.agent_url),
        ("Server CA", server.server_ca),
        ("Setup needed", yes(server.setup_needed).to_owned()),
    ]);
    Ok(Finding::Nothing)
}
