//! `fettle patches …`.

mod decide;
mod explain;
mod list;
mod show;

use clap::Subcommand;

use decide::Action;

use crate::api::Client;
use crate::failure::{Failure, Finding};

#[derive(Debug, Subcommand)]
pub(crate) enum Patches {
    /// Patches that are missing or installed somewhere
    List(list::List),
    /// One patch
    Show(show::Show),
    /// Why a patch is missing on an asset, or is not
    Explain(explain::Explain),
    /// Leave patches out of lists, counts and mails
    Hide(decide::Hide),
    /// Show patches again that were hidden
    Unhide(decide::Chosen),
    /// Let no job deploy patches; they stay in the lists
    Disable(decide::Chosen),
    /// Let jobs deploy patches again
    Enable(decide::Chosen),
}

pub(crate) async fn run(client: &Client, patches: Patches) -> Result<Finding, Failure> {
    match patches {
        Patches::List(list) => list::run(client, list).await,
        Patches::Show(show) => show::run(client, show).await,
        Patches::Explain(explain) => explain::run(client, explain).await,
        Patches::Hide(hide) => decide::hide(client, hide).await,
        Patches::Unhide(chosen) => decide::decide(client, chosen, Action::Show, None).await,
        Patches::Disable(chosen) => decide::decide(client, chosen, Action::Disable, None).await,
        Patches::Enable(chosen) => decide::decide(client, chosen, Action::Enable, None).await,
    }
}
