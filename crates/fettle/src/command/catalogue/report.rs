//! What a file held, for people and for programs.

use fettle_catalog::import::Imported;
use fettle_catalog::reading::Tally;
use fettle_server::api::catalogue::report::ImportReport;
use serde_json::{Map, Value, json};

use crate::output::{print, print_facts};
use crate::text::thousands;

/// Counts by noun, then what was left out, as keys of one object.
pub(super) fn to_json(imported: &Imported) -> Value {
    let report = &imported.report;
    let mut object: Map<String, Value> =
        report.read.iter().map(|(noun, count)| ((*noun).to_owned(), json!(count))).collect();
    object.insert("format".to_owned(), json!(imported.format.name()));
    object.insert("signature".to_owned(), json!(imported.signature));
    let tallies = [
        ("dropped", "droppedRecords", &report.dropped),
        ("unresolved", "unresolvedReferences", &report.unresolved),
        ("warnings", "warnedValues", &report.warnings),
    ];
    for (total, list, tally) in tallies {
        object.insert(total.to_owned(), json!(tally.total()));
        object.insert(list.to_owned(), tally_to_json(tally));
    }
    Value::Object(object)
}

fn tally_to_json(tally: &Tally) -> Value {
    let reasons = tally.reasons().map(|(reason, count)| json!({"reason": reason, "count": count}));
    let examples = tally
        .examples()
        .iter()
        .map(|example| json!({"place": example.place.to_string(), "reason": example.reason, "detail": example.detail}));
    json!({"reasons": reasons.collect::<Vec<_>>(), "examples": examples.collect::<Vec<_>>()})
}

pub(super) fn show(format: &str, report: &ImportReport, changes: Option<String>) {
    let mut facts = vec![("Format", format.to_owned()), ("Signature", report.signature.clone().unwrap_or_default())];
    let read: Vec<_> =
        report.read.iter().map(|(noun, count)| format!("{} {}", thousands(*count), words(noun))).collect();
    facts.push(("Read", read.join(", ")));
    let tallies = [("Dropped", &report.dropped), ("Unresolved", &report.unresolved), ("Warnings", &report.warnings)];
    for (name, tally) in tallies {
        let reasons = tally.reasons.iter().map(|reason| format!("{} × {}", thousands(reason.count), reason.reason));
        let reasons: Vec<_> = reasons.collect();
        facts.push((name, if reasons.is_empty() { "nothing".to_owned() } else { reasons.join(", ") }));
    }
    facts.push(("Catalogue", changes.unwrap_or_default()));
    print_facts(&facts);
    for example in tallies.iter().flat_map(|(_, tally)| tally.examples.iter().take(5)) {
        let detail = if example.detail.is_empty() { String::new() } else { format!(" ({})", example.detail) };
        print(&format!("  {}: {}{detail}", example.place, example.reason));
    }
}

/// `affectedProducts` as `affected products`.
fn words(noun: &str) -> String {
    let mut text = String::with_capacity(noun.len() + 4);
    for character in noun.chars() {
        if character.is_ascii_uppercase() {
            text.push(' ');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}
