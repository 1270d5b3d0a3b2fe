//! `fettle query`: QQL over lists of the server, as a table, JSON or CSV.

mod columns;
mod csv;
mod explain;
mod export;
mod saved;

use std::path::PathBuf;

use fettle_qql::Entity;
use serde::Deserialize;
use serde_json::Value;

use crate::api::{Answer, Client};
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, print_table, say};
use columns::{Column, cell};

/// What is asked for, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Things {
    /// Machines
    Assets,
    /// Catalogue entries, hidden and replaced ones too
    Patches,
    /// CVEs
    Vulnerabilities,
    /// Distinct packages and other things that machines have
    Components,
    /// The audit log
    Audit,
    /// What each asset did, or does, for a job
    Deployments,
}

impl Things {
    const fn route(self) -> &'static str {
        match self {
            Self::Assets => "/v1/query/assets",
            Self::Patches => "/v1/query/patches",
            Self::Vulnerabilities => "/v1/query/vulnerabilities",
            Self::Components => "/v1/query/components",
            Self::Audit => "/v1/audit",
            Self::Deployments => "/v1/deployments",
        }
    }

    const fn entity(self) -> Entity {
        match self {
            Self::Assets => Entity::Asset,
            Self::Patches => Entity::Patch,
            Self::Vulnerabilities => Entity::Vulnerability,
            Self::Components => Entity::Component,
            Self::Audit => Entity::Audit,
            Self::Deployments => Entity::Deployment,
        }
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Assets => columns::ASSETS,
            Self::Patches => columns::PATCHES,
            Self::Vulnerabilities => columns::VULNERABILITIES,
            Self::Components => columns::COMPONENTS,
            Self::Audit => columns::AUDIT,
            Self::Deployments => columns::DEPLOYMENTS,
        }
    }
}

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
#[command(after_help = "`fettle qql tokens --entity ENTITY` lists what queries are made of.")]
pub(crate) struct Query {
    things: Things,
    /// What to find; everything where it is left out
    #[arg(value_name = "QQL", default_value = "")]
    text: String,
    /// A saved search by its name, one's own before one that is shared; its zone, order and groups hold where none are given
    #[arg(long, value_name = "NAME", conflicts_with_all = ["text", "having"])]
    saved: Option<String>,
    /// The searches that are saved, and nothing else
    #[arg(long, conflicts_with_all = ["text", "having", "saved", "sort", "tz", "measures", "limit", "count", "fields", "group_by", "csv", "all", "xlsx", "explain"])]
    list_saved: bool,
    /// A second query: about patches and findings for assets, about assets for patches and vulnerabilities
    #[arg(long, value_name = "QQL", default_value = "")]
    having: String,
    /// Up to three tokens, such as `time:desc,actor`
    #[arg(long, value_name = "TOKENS", default_value = "")]
    sort: String,
    /// Rows to show, at most 1000
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: Option<u32>,
    /// Zone of the dates that name none, such as `Europe/Oslo`; UTC
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// The number of what is found, alone
    #[arg(long, conflicts_with_all = ["group_by", "csv"])]
    count: bool,
    /// Fields of the rows, in this order, such as `name,missingPatchCount`
    #[arg(long, value_name = "NAMES", conflicts_with_all = ["group_by", "count"])]
    fields: Option<String>,
    /// Numbers by the values of one or two tokens
    #[arg(long, value_name = "TOKENS")]
    group_by: Option<String>,
    /// Up to three figures of each group, or of all: `avg:missingPatchCount,max:lastCheckedIn`
    #[arg(long, value_name = "FIGURES", conflicts_with_all = ["count", "fields", "all", "xlsx", "explain"])]
    measures: Option<String>,
    /// Of dates that are grouped by: day, week, month, quarter or year
    #[arg(long, value_name = "INTERVAL", requires = "group_by")]
    interval: Option<String>,
    /// Print the API's JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV
    #[arg(long)]
    csv: bool,
    /// Every row as CSV or JSON, however many there are
    #[arg(long, conflicts_with_all = ["limit", "count", "group_by"])]
    all: bool,
    /// Write every row into a workbook
    #[arg(long, value_name = "FILE", conflicts_with_all = ["csv", "json", "all", "limit", "count", "group_by"])]
    xlsx: Option<PathBuf>,
    /// What the query means, and how many each part of it finds by itself
    #[arg(long, conflicts_with_all = ["csv", "count", "group_by", "sort", "limit", "all", "xlsx", "fields"])]
    explain: bool,
    /// Which parts hold for one thing, and why: id of an asset, patch or deployment, a CVE, or a record's number
    #[arg(long, value_name = "ID", requires = "explain")]
    why: Option<String>,
}

/// What every list that takes QQL answers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    items: Vec<Value>,
    total: u64,
    total_is_all: bool,
    next: Option<String>,
    groups: Option<Vec<Group>>,
    other: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Group {
    values: Vec<Value>,
    count: u64,
    #[serde(default)]
    measures: Vec<Value>,
}

/// Rows of one page where all are wanted: as many as a server gives at once.
const PAGE: u32 = 1_000;

pub(crate) async fn run(client: &Client, mut query: Query) -> Result<Finding, Failure> {
    if query.list_saved {
        return saved::list(client, &query).await;
    }
    if let Some(name) = query.saved.take() {
        saved::open(client, &mut query, &name).await?;
    }
    if query.explain {
        return explain::explain(client, &query).await;
    }
    if let Some(file) = &query.xlsx {
        return export::to_file(client, &query, file).await;
    }
    if query.all && query.json {
        return export::to_output(client, &query).await;
    }
    if query.all && !query.csv {
        return Err(Failure::Argument("`--all` goes with `--csv` or `--json`".to_owned()));
    }
    if query.all {
        return all(client, &query).await;
    }
    let answer = ask(client, &query, "").await?;
    if query.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let found = &answer.value;
    if query.count {
        print(&found.total.to_string());
        return Ok(Finding::Nothing);
    }
    let (header, rows) = match &found.groups {
        Some(groups) => query.grouped(groups, found.other),
        None => query.listed(&found.items),
    };
    if query.csv {
        csv::print(Some(&header), &rows);
    } else if rows.is_empty() {
        say("Nothing is found; `fettle qql check` says how a query is read");
    } else {
        show(&header, &rows);
    }
    if found.groups.is_none() && found.next.is_some() {
        let all = if found.total_is_all { found.total.to_string() } else { format!("more than {}", found.total) };
        say(&format!("{} of {all} shown; `--limit` shows more, and a narrower query fewer", found.items.len()));
    }
    Ok(Finding::Nothing)
}

/// `after`: `next` of the page before, if there was one.
async fn ask(client: &Client, query: &Query, after: &str) -> Result<Answer<Found>, Failure> {
    let limit = query.limit.or_else(|| query.all.then_some(PAGE));
    let limit = limit.map(|limit| limit.to_string()).unwrap_or_default();
    let parameters = [
        ("query", query.text.as_str()),
        ("havingQuery", &query.having),
        ("sort", &query.sort),
        ("limit", &limit),
        ("after", after),
        ("tz", query.tz.as_deref().unwrap_or("UTC")),
        ("fields", query.fields.as_deref().unwrap_or_default()),
        ("count", if query.count { "true" } else { "" }),
        ("groupBy", query.group_by.as_deref().unwrap_or_default()),
        ("measures", query.measures.as_deref().unwrap_or_default()),
        ("interval", query.interval.as_deref().unwrap_or_default()),
    ];
    let given: Vec<_> = parameters.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    client.get::<Found>(query.things.route(), &given).await
}

/// Page by page, so that no more than one is in memory.
async fn all(client: &Client, query: &Query) -> Result<Finding, Failure> {
    let mut after = String::new();
    loop {
        let found = ask(client, query, &after).await?.value;
        let (header, rows) = query.listed(&found.items);
        let is_read = csv::print(after.is_empty().then_some(header.as_slice()), &rows);
        match found.next.filter(|_| is_read) {
            Some(next) => after = next,
            None => return Ok(Finding::Nothing),
        }
    }
}

impl Query {
    /// The fields that were chosen, or those that are shown as a rule.
    fn listed(&self, items: &[Value]) -> (Vec<String>, Vec<Vec<String>>) {
        let Some(fields) = &self.fields else { return listed(self.things.columns(), items) };
        let names: Vec<String> = fields.split(',').map(|name| name.trim().to_owned()).collect();
        // A row has each under the name that it was asked for by.
        let row = |item: &Value| names.iter().map(|name| cell(item.get(name))).collect();
        let rows = items.iter().map(row).collect();
        (names, rows)
    }

    fn grouped(&self, groups: &[Group], other: Option<u64>) -> (Vec<String>, Vec<Vec<String>>) {
        let names = |text: &Option<String>| -> Vec<String> {
            let names = text.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(str::to_owned).collect()
        };
        let (tokens, measures) = (names(&self.group_by), names(&self.measures));
        let row = |group: &Group| {
            let values = group.values.iter().map(|value| cell(Some(value)));
            let figures = group.measures.iter().map(|figure| cell(Some(figure)));
            values.chain([group.count.to_string()]).chain(figures).collect()
        };
        let mut rows: Vec<Vec<String>> = groups.iter().map(row).collect();
        if let Some(other) = other {
            let blanks = tokens.iter().skip(1).map(|_| String::new());
            let none = measures.iter().map(|_| String::new());
            let row = std::iter::once("Other".to_owned()).chain(blanks).chain([other.to_string()]).chain(none);
            rows.push(row.collect());
        }
        (tokens.into_iter().chain(["COUNT".to_owned()]).chain(measures).collect(), rows)
    }
}

fn listed(columns: &[Column], items: &[Value]) -> (Vec<String>, Vec<Vec<String>>) {
    let header = columns.iter().map(|column| column.title.to_owned()).collect();
    let row = |item: &Value| columns.iter().map(|column| cell(item.pointer(column.pointer))).collect();
    (header, items.iter().map(row).collect())
}

fn show(header: &[String], rows: &[Vec<String>]) {
    let mut table = crate::output::table([]);
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    print_table(&table);
}
