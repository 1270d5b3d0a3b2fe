//! `fettle exceptions approve`, `reject` and `revoke`.

use serde_json::json;
use uuid::Uuid;

use crate::api::Client;
use crate::api::exception::ExceptionRow;
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Decide {
    /// Id of the exception
    exception: Uuid,
    #[command(flatten)]
    format: Format,
}

pub(crate) async fn run(client: &Client, decide: Decide, state: &str) -> Result<Finding, Failure> {
    let path = format!("/v1/exceptions/{}", decide.exception);
    let answer = client.patch::<ExceptionRow>(&path, &json!({ "state": state })).await?;
    if decide.format.json {
        print_json(&answer);
    } else {
        print(&format!("{} {}", answer.value.id, answer.value.state));
    }
    Ok(Finding::Nothing)
}
