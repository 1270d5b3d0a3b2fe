//! `fettle query … --explain`: what a query means, what each part of it finds, and why it finds one thing.

use serde::Deserialize;
use serde_json::json;

use super::Query;
use crate::api::Client;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_json, print_table, say, table};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Explained {
    #[serde(flatten)]
    query: Meaning,
    having: Option<Meaning>,
    total: Option<u64>,
    why: Option<WhyThing>,
}

#[derive(Debug, Deserialize)]
struct Meaning {
    sentence: String,
    warnings: Vec<Warning>,
    tree: Option<Node>,
}

#[derive(Debug, Deserialize)]
struct Warning {
    code: String,
    message: String,
    help: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    kind: String,
    offset: usize,
    length: usize,
    count: Option<u64>,
    count_is_all: bool,
    micros: Option<u64>,
    why: Option<Why>,
    nodes: Vec<Self>,
}

#[derive(Debug, Deserialize)]
struct Why {
    holds: bool,
    values: Vec<String>,
    related: Vec<Related>,
}

#[derive(Debug, Deserialize)]
struct Related {
    name: String,
}

#[derive(Debug, Deserialize)]
struct WhyThing {
    holds: Option<bool>,
    findings: Vec<WhyFinding>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WhyFinding {
    advisory: Option<String>,
    explanation: Explanation,
}

#[derive(Debug, Deserialize)]
struct Explanation {
    sentence: String,
    evidence: Vec<Evidence>,
    source: Source,
}

#[derive(Debug, Deserialize)]
struct Evidence {
    subject: String,
    found: String,
    op: String,
    expected: String,
    holds: bool,
}

#[derive(Debug, Deserialize)]
struct Source {
    feed: String,
}

pub(super) async fn explain(client: &Client, query: &Query) -> Result<Finding, Failure> {
    let body = json!({
        "entity": query.things.entity().name(),
        "query": query.text,
        "havingQuery": query.having,
        "tz": query.tz.as_deref().unwrap_or("UTC"),
        "id": query.why,
    });
    let answer = client.post::<Explained>("/v1/qql/explain", &body).await?;
    if query.json {
        print_json(&answer);
        return Ok(Finding::Nothing);
    }
    let explained = &answer.value;
    let is_about_one = query.why.is_some();
    show(&query.text, &explained.query, is_about_one);
    if let Some(having) = &explained.having {
        show(&query.having, having, is_about_one);
        if let Some(total) = explained.total {
            print(&format!("Both together find {total}"));
        }
    }
    if let Some(why) = &explained.why {
        show_why(why);
    }
    Ok(Finding::Nothing)
}

fn show(text: &str, meaning: &Meaning, is_about_one: bool) {
    print(&meaning.sentence);
    if let Some(tree) = &meaning.tree {
        let mut rows = table([]);
        rows.set_header(["COUNT", "TIME", "PART"].into_iter().chain(is_about_one.then_some("WHY")));
        add(&mut rows, text, tree, 0, is_about_one);
        print_table(&rows);
    }
    for warning in &meaning.warnings {
        say(&format!("warning: {}: {}; {}", warning.code, warning.message, warning.help));
    }
}

fn add(rows: &mut comfy_table::Table, text: &str, node: &Node, level: usize, is_about_one: bool) {
    let count = node.count.map_or_else(
        || "-".to_owned(),
        |count| {
            if node.count_is_all { count.to_string() } else { format!("{count}+") }
        },
    );
    let indent = "  ".repeat(level);
    let part = match node.kind.as_str() {
        kind @ ("and" | "or" | "not") => kind.to_owned(),
        "all" => "everything".to_owned(),
        kind => {
            let part: String = text.chars().skip(node.offset).take(node.length).collect();
            // What is in a group stands below it.
            let head = if kind == "group" { part.split_once('(').map(|(head, _)| format!("{head}(")) } else { None };
            head.unwrap_or(part)
        }
    };
    let mut cells = vec![count, node.micros.map_or_else(String::new, time), format!("{indent}{part}")];
    if is_about_one {
        cells.push(node.why.as_ref().map_or_else(String::new, why));
    }
    rows.add_row(cells);
    for inner in &node.nodes {
        add(rows, text, inner, level + 1, is_about_one);
    }
}

fn time(micros: u64) -> String {
    if micros < 1_000 { format!("{micros} µs") } else { format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100) }
}

fn why(why: &Why) -> String {
    let mut told: Vec<&str> = why.values.iter().map(String::as_str).collect();
    told.extend(why.related.iter().map(|related| related.name.as_str()));
    let holds = if why.holds { "yes" } else { "no" };
    if told.is_empty() { holds.to_owned() } else { format!("{holds}: {}", told.join(", ")) }
}

fn show_why(why: &WhyThing) {
    match why.holds {
        Some(true) => print("The query finds it"),
        Some(false) => print("The query does not find it"),
        None => {}
    }
    for finding in &why.findings {
        print(&finding.explanation.sentence);
        for fact in finding.explanation.evidence.iter().filter(|fact| fact.holds).take(1) {
            print(&format!("  {}: {} {} {}", fact.subject, fact.found, fact.op, fact.expected));
        }
        let advisory = finding.advisory.as_deref().unwrap_or("no advisory yet");
        print(&format!("  {advisory}, from {}", finding.explanation.source.feed));
    }
}
