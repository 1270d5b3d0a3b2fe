//! `fettle qql`: the query language without a server.

use fettle_model::{Clock as _, SystemClock};
use fettle_qql::token::{Grouping, Kind, Sorting};
use fettle_qql::typed::Query;
use fettle_qql::warning::Warning;
use fettle_qql::{Context, Entity, Invalid, QueryError, check, check_having, error, reference};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print, print_facts, print_json_text, print_table, say, table};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Qql {
    /// How a query is read, or what is wrong with it and where
    Check(Check),
    /// The tokens that queries are made of
    Tokens(Tokens),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 the query is valid, 2 it is not.")]
pub(crate) struct Check {
    /// What is asked for: asset, patch, vulnerability, component, deployment or audit
    #[arg(long, value_name = "ENTITY")]
    entity: Entity,
    /// The second query: about patches for assets, about assets for patches and vulnerabilities
    #[arg(long, value_name = "TEXT")]
    having: Option<String>,
    /// Zone of the dates that name none, such as `Europe/Oslo`
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone)]
    tz: TimeZone,
    #[command(flatten)]
    format: Format,
    text: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Tokens {
    /// What is asked for: asset, patch, vulnerability, component, deployment or audit
    #[arg(long, value_name = "ENTITY", required_unless_present = "markdown")]
    entity: Option<Entity>,
    /// Print the reference as Markdown; without an entity the whole page
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    #[command(flatten)]
    format: Format,
}

pub(crate) fn run(qql: &Qql) -> Result<Finding, Failure> {
    match qql {
        Qql::Check(arguments) => check_text(arguments),
        Qql::Tokens(arguments) => {
            tokens(arguments);
            Ok(Finding::Nothing)
        }
    }
}

fn zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("{name:?} is no time zone; a zone is an IANA name such as `Europe/Oslo`"))
}

fn check_text(arguments: &Check) -> Result<Finding, Failure> {
    let context = Context::new(arguments.entity, SystemClock.now(), arguments.tz.clone());
    let query = check(&arguments.text, &context);
    let having = arguments.having.as_deref().map(|text| (text, check_having(text, &context)));
    let (query, having) = match (query, having) {
        (Ok(query), None) => (query, None),
        (Ok(query), Some((text, Ok(having)))) => (query, Some((text, having))),
        (query, having) => {
            let second = having.and_then(|(_, having)| having.err());
            let errors: Vec<_> = query.err().into_iter().chain(second).collect();
            if arguments.format.json {
                print_json_text(&refusal(&errors));
            }
            return Err(Failure::Query(errors));
        }
    };
    if arguments.format.json {
        let mut answer = to_json(&query);
        if let Some((_, having)) = &having {
            answer["having"] = to_json(having);
        }
        print_json_text(&answer.to_string());
        return Ok(Finding::Nothing);
    }
    show(&query, having.as_ref().map(|(_, having)| having));
    warn(&arguments.text, &query.warnings);
    if let Some((text, having)) = &having {
        warn(text, &having.warnings);
    }
    Ok(Finding::Nothing)
}

/// As the API answers one text that is wrong. Of two texts each error names its own field.
fn refusal(invalid: &[Invalid]) -> String {
    let text = match invalid {
        [only] => serde_json::to_string(&Refusal { error: only }),
        several => {
            let messages: Vec<_> = several.iter().map(|one| format!("{}: {}", one.field, one.message())).collect();
            let errors =
                several.iter().flat_map(|one| one.errors.iter().map(|error| InField { field: one.field, error }));
            let error =
                Several { code: "QQL_INVALID", message: messages.join("; "), errors: errors.collect::<Vec<_>>() };
            serde_json::to_string(&Refusal { error })
        }
    };
    text.expect("texts and numbers")
}

#[derive(serde::Serialize)]
struct Refusal<E> {
    error: E,
}

#[derive(serde::Serialize)]
struct Several<'a> {
    code: &'static str,
    message: String,
    errors: Vec<InField<'a>>,
}

#[derive(serde::Serialize)]
struct InField<'a> {
    field: &'static str,
    #[serde(flatten)]
    error: &'a QueryError,
}

fn to_json(query: &Query) -> Value {
    json!({
        "entity": query.entity,
        "normalized": query.normalized(),
        "sentence": query.sentence(),
        "warnings": query.warnings,
    })
}

fn show(query: &Query, having: Option<&Query>) {
    let text = |of: fn(&Query) -> String| having.map(of).unwrap_or_default();
    print_facts(&[
        ("Query", query.normalized()),
        ("Means", query.sentence()),
        ("Having", text(Query::normalized)),
        ("Means", text(Query::sentence)),
    ]);
}

fn warn(text: &str, warnings: &[Warning]) {
    for warning in warnings {
        say(&format!("warning: {}: {}", warning.code.name(), warning.message));
        say(&error::caret(text, warning.span));
        say(&format!("hint: {}", warning.help));
    }
}

fn tokens(arguments: &Tokens) {
    let Some(entity) = arguments.entity else {
        print(reference::page().trim_end());
        return;
    };
    if arguments.markdown {
        print(reference::table(entity).trim_end());
        return;
    }
    if arguments.format.json {
        print_json_text(&json!({ "entity": entity, "tokens": reference::tokens(entity) }).to_string());
        return;
    }
    let mut rows = table(["TOKEN", "TYPE", "SORT", "GROUP", "WHAT IT IS"]);
    for token in fettle_qql::token::Vocabulary::FETTLE.tokens(entity) {
        let kind = match token.kind {
            Kind::Enum(enumeration) => enumeration.values.join(" "),
            kind => kind.name().to_owned(),
        };
        rows.add_row([
            token.name.to_owned(),
            kind,
            if token.sorting == Sorting::Sortable { "yes" } else { "" }.to_owned(),
            match token.grouping {
                Grouping::NotGroupable => "",
                Grouping::Groupable => "yes",
                Grouping::TopOnly => "top",
            }
            .to_owned(),
            token.help.to_owned(),
        ]);
    }
    print_table(&rows);
}
