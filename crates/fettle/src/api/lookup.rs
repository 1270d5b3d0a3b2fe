//! Assets, patches and jobs by what people call them. A UUID is taken as it is; a name must fit exactly one.

use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::asset::AssetRow;
use super::job::JobRow;
use super::patch::PatchRow;
use super::tag::TagRow;
use super::{Client, Items, Named, Page};
use crate::failure::{Failure, Noun};

/// Candidates that an error names.
const NAMED: usize = 10;

/// By id, name or full domain name.
pub(crate) async fn asset(client: &Client, wanted: &str) -> Result<Named, Failure> {
    if is_id(wanted) {
        let row: AssetRow = client.get(&format!("/v1/assets/{wanted}"), &[]).await?.value;
        return Ok(Named { id: row.id, name: row.name });
    }
    let rows: Vec<AssetRow> = found(client, "/v1/assets", wanted).await?;
    let is_called = |row: &&AssetRow| {
        row.name.eq_ignore_ascii_case(wanted)
            || row.fqdn.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
    };
    let exact: Vec<&AssetRow> = rows.iter().filter(is_called).collect();
    match exact.as_slice() {
        [row] => Ok(Named { id: row.id.clone(), name: row.name.clone() }),
        [] => Err(unknown(Noun::Asset, wanted, rows.iter().map(|row| row.name.clone()))),
        several => Err(ambiguous(Noun::Asset, wanted, several.iter().map(|row| row.id.clone()))),
    }
}

/// By id, source package or title; else the only one that a search for the text finds.
pub(crate) async fn patch(client: &Client, wanted: &str) -> Result<Named, Failure> {
    if is_id(wanted) {
        let row: PatchRow = client.get(&format!("/v1/patches/{wanted}"), &[]).await?.value;
        return Ok(Named { id: row.id, name: row.title });
    }
    let mut rows: Vec<PatchRow> = found(client, "/v1/patches", wanted).await?;
    if rows.is_empty() {
        let hidden = [("search", wanted), ("hidden", "yes"), ("status", "all"), ("limit", "1000")];
        rows = client.get::<Page<PatchRow>>("/v1/patches", &hidden).await?.value.items;
    }
    let exact: Vec<&PatchRow> = rows.iter().filter(|row| row.source == wanted || row.title == wanted).collect();
    let fitting = if exact.is_empty() { rows.iter().collect() } else { exact };
    match fitting.as_slice() {
        [row] => Ok(Named { id: row.id.clone(), name: row.title.clone() }),
        [] => Err(unknown(Noun::Patch, wanted, std::iter::empty())),
        several => Err(ambiguous(Noun::Patch, wanted, several.iter().map(|row| format!("{} ({})", row.id, row.title)))),
    }
}

/// By id or name.
pub(crate) async fn job(client: &Client, wanted: &str) -> Result<String, Failure> {
    if is_id(wanted) {
        return Ok(wanted.to_owned());
    }
    let rows: Vec<JobRow> = found(client, "/v1/jobs", wanted).await?;
    let exact: Vec<&JobRow> = rows.iter().filter(|row| row.name == wanted).collect();
    match exact.as_slice() {
        [row] => Ok(row.id.clone()),
        [] => Err(unknown(Noun::Job, wanted, rows.iter().map(|row| row.name.clone()))),
        several => Err(ambiguous(Noun::Job, wanted, several.iter().map(|row| row.id.clone()))),
    }
}

/// By id, path or, where one tag alone has it, name.
pub(crate) async fn tag(client: &Client, wanted: &str) -> Result<TagRow, Failure> {
    let rows: Vec<TagRow> = client.get::<Items<TagRow>>("/v1/tags", &[]).await?.value.items;
    let exact = rows.iter().find(|row| row.id.eq_ignore_ascii_case(wanted) || row.path == wanted);
    if let Some(row) = exact {
        return Ok(row.clone());
    }
    let named: Vec<&TagRow> = rows.iter().filter(|row| row.name.eq_ignore_ascii_case(wanted)).collect();
    match named.as_slice() {
        [row] => Ok((*row).clone()),
        [] => {
            let wanted_lower = wanted.to_lowercase();
            let alike = rows.iter().filter(|row| row.path.to_lowercase().contains(&wanted_lower));
            Err(unknown(Noun::Tag, wanted, alike.map(|row| row.path.clone())))
        }
        several => Err(ambiguous(Noun::Tag, wanted, several.iter().map(|row| format!("{} ({})", row.id, row.path)))),
    }
}

fn is_id(text: &str) -> bool {
    Uuid::try_parse(text).is_ok()
}

async fn found<T: DeserializeOwned>(client: &Client, path: &str, text: &str) -> Result<Vec<T>, Failure> {
    let page: Page<T> = client.get(path, &[("search", text), ("limit", "1000")]).await?.value;
    Ok(page.items)
}

fn unknown(object: Noun, wanted: &str, alike: impl Iterator<Item = String>) -> Failure {
    Failure::Unknown { object, wanted: wanted.to_owned(), alike: alike.take(NAMED).collect() }
}

fn ambiguous(object: Noun, wanted: &str, ids: impl Iterator<Item = String>) -> Failure {
    Failure::Ambiguous { object, wanted: wanted.to_owned(), ids: ids.collect() }
}
