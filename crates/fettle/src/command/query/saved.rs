//! `fettle query … --saved NAME` and `--list-saved`: searches that people keep in the console.

use serde::Deserialize;

use super::Query;
use crate::api::{Answer, Client};
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_table, say, table};

#[derive(Debug, Deserialize)]
struct Searches {
    items: Vec<Search>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Search {
    name: String,
    query: String,
    having_query: String,
    tz: String,
    sort: String,
    group_by: String,
    interval: String,
    owner: String,
    is_mine: bool,
    is_shared: bool,
    problem: Option<String>,
}

pub(super) async fn list(client: &Client, query: &Query) -> Result<Finding, Failure> {
    let answer = searches(client, query).await?;
    if query.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    if answer.value.items.is_empty() {
        say("No search of this list is saved; the console's list saves what it shows");
        return Ok(Finding::Nothing);
    }
    let mut rows = table(["NAME", "OWNER", "SHARED", "QUERY", "HAVING"]);
    for search in &answer.value.items {
        let is_shared = if search.is_shared { "yes" } else { "no" };
        rows.add_row([&search.name, &search.owner, is_shared, &search.query, &search.having_query]);
    }
    print_table(&rows);
    Ok(Finding::Nothing)
}

/// Puts a saved search in place of what was not given.
pub(super) async fn open(client: &Client, query: &mut Query, name: &str) -> Result<(), Failure> {
    let mut searches = searches(client, query).await?.value.items;
    let is_named = |search: &Search| search.name.to_lowercase() == name.to_lowercase();
    // One's own before one that is shared.
    searches.sort_by_key(|search| !search.is_mine);
    let Some(at) = searches.iter().position(is_named) else {
        let names: Vec<_> = searches.iter().map(|search| format!("`{}`", search.name)).collect();
        let others =
            if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
        return Err(Failure::Argument(format!("no search of this list is saved as `{name}`; {others}")));
    };
    let search = searches.swap_remove(at);
    if let Some(problem) = search.problem {
        return Err(Failure::Argument(format!("the search `{}` does not hold any more: {problem}", search.name)));
    }
    (query.text, query.having) = (search.query, search.having_query);
    query.tz.get_or_insert(search.tz);
    if query.sort.is_empty() {
        query.sort = search.sort;
    }
    let has_rows = query.count || query.all || query.explain || query.fields.is_some() || query.xlsx.is_some();
    if query.group_by.is_none() && !has_rows && !search.group_by.is_empty() {
        query.group_by = Some(search.group_by);
        let interval = Some(search.interval).filter(|interval| !interval.is_empty());
        query.interval = query.interval.take().or(interval);
    }
    Ok(())
}

async fn searches(client: &Client, query: &Query) -> Result<Answer<Searches>, Failure> {
    client.get("/v1/saved-searches", &[("entity", query.things.entity().name())]).await
}
