//! `fettle query … --json --all` and `--xlsx FILE`: every row, as the server sends it.

use std::io::Write as _;
use std::path::Path;

use super::{Query, Things};
use crate::api::Client;
use crate::failure::{Failure, Finding};
use crate::output::say;

impl Things {
    const fn export_route(self) -> &'static str {
        match self {
            Self::Assets => "/v1/query/assets/export",
            Self::Patches => "/v1/query/patches/export",
            Self::Vulnerabilities => "/v1/query/vulnerabilities/export",
            Self::Components => "/v1/query/components/export",
            Self::Audit => "/v1/query/audit/export",
            Self::Deployments => "/v1/query/deployments/export",
        }
    }
}

/// A reader that goes away (`| head`) ends it, which is nothing to fail for.
pub(super) async fn to_output(client: &Client, query: &Query) -> Result<Finding, Failure> {
    let mut output = std::io::stdout();
    download(client, query, "json", |chunk| Ok(output.write_all(chunk).is_ok())).await?;
    Ok(Finding::Nothing)
}

/// The file is there once it is whole; one that was there before is replaced then.
pub(super) async fn to_file(client: &Client, query: &Query, path: &Path) -> Result<Finding, Failure> {
    let failed = |source| Failure::File { operation: format!("write {}", path.display()), source };
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(directory.unwrap_or_else(|| Path::new("."))).map_err(failed)?;
    download(client, query, "xlsx", |chunk| file.write_all(chunk).map(|()| true).map_err(failed)).await?;
    file.persist(path).map_err(|error| failed(error.error))?;
    say(&format!("Written to {}", path.display()));
    Ok(Finding::Nothing)
}

async fn download(
    client: &Client,
    query: &Query,
    format: &str,
    take: impl FnMut(&[u8]) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let parameters = [
        ("format", format),
        ("query", query.text.as_str()),
        ("havingQuery", &query.having),
        ("sort", &query.sort),
        ("tz", query.tz.as_deref().unwrap_or("UTC")),
        ("fields", query.fields.as_deref().unwrap_or_default()),
    ];
    let given: Vec<_> = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    client.download(query.things.export_route(), &given, take).await
}
