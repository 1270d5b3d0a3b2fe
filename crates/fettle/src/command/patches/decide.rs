//! `fettle patches hide`, `unhide`, `disable` and `enable`.

use serde::{Deserialize, Serialize};

use crate::api::{Client, lookup};
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json};

#[derive(Debug, clap::Args)]
pub(crate) struct Chosen {
    /// Ids, source packages or titles
    #[arg(required = true, value_name = "PATCH")]
    patches: Vec<String>,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Hide {
    #[command(flatten)]
    chosen: Chosen,
    /// Why nobody need see them; 1 to 500 characters
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Action {
    Hide,
    Show,
    Disable,
    Enable,
}

impl Action {
    const fn done(self) -> &'static str {
        match self {
            Self::Hide => "hidden",
            Self::Show => "shown again",
            Self::Disable => "disabled: no job deploys them",
            Self::Enable => "enabled",
        }
    }
}

#[derive(Serialize)]
struct Decision<'a> {
    patches: &'a [String],
    action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
struct Decided {
    changed: usize,
}

pub(super) async fn hide(client: &Client, hide: Hide) -> Result<Finding, Failure> {
    decide(client, hide.chosen, Action::Hide, Some(&hide.reason)).await
}

pub(super) async fn decide(
    client: &Client,
    chosen: Chosen,
    action: Action,
    reason: Option<&str>,
) -> Result<Finding, Failure> {
    let mut ids = Vec::with_capacity(chosen.patches.len());
    for wanted in &chosen.patches {
        ids.push(lookup::patch(client, wanted).await?.id);
    }
    let answer = client.patch::<Decided>("/v1/patches", &Decision { patches: &ids, action, reason }).await?;
    if chosen.format.json {
        print_json(&answer);
    } else {
        print(&format!("{} of {} patches are now {}", answer.value.changed, ids.len(), action.done()));
    }
    Ok(Finding::Nothing)
}
