//! One file for each command, one folder for each group of them.

pub(crate) mod about;
pub(crate) mod assess;
pub(crate) mod assets;
pub(crate) mod catalogue;
pub(crate) mod estimate_password;
pub(crate) mod exceptions;
pub(crate) mod here;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod overview;
pub(crate) mod patches;
pub(crate) mod qql;
pub(crate) mod query;
pub(crate) mod server;
pub(crate) mod simulate;
mod sla;
pub(crate) mod tags;
pub(crate) mod version;
pub(crate) mod vulnerabilities;
pub(crate) mod with_parent;

/// How a result is printed.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Format {
    /// Print the API's JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which part of a list is shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Listing {
    /// Only what contains this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Rows to show, at most 1000
    #[arg(long, value_name = "ROWS", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) format: Format,
}

impl Listing {
    /// The query's parts that all lists share, with `more` behind them; what is empty is left out.
    pub(crate) fn query<'a>(&'a self, limit: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let search = self.search.as_deref().unwrap_or_default();
        let parts = [("search", search), ("limit", limit)];
        parts.into_iter().chain(more.iter().copied()).filter(|(_, value)| !value.is_empty()).collect()
    }
}
