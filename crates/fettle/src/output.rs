//! Everything that is printed goes through here: results to standard output, all else to standard error.

use std::io::Write as _;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use crate::api::Answer;
use crate::text::printable;

/// One result line. A reader that went away (`| head`) is nothing to fail for.
pub(crate) fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", printable(text));
}

/// The API's own JSON, as the server sent it.
pub(crate) fn print_json<T>(answer: &Answer<T>) {
    print_json_text(&answer.json);
}

pub(crate) fn print_json_text(json: &str) {
    let _ = writeln!(std::io::stdout(), "{}", json.trim_end());
}

/// One line on standard error, for people.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", printable(line));
}

pub(crate) fn table<const COLUMNS: usize>(header: [&str; COLUMNS]) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    table
}

/// Without the blank that stands before the first column.
pub(crate) fn print_table(table: &Table) {
    for line in table.lines() {
        print(line.strip_prefix(' ').unwrap_or(&line).trim_end());
    }
}

/// Names on the left, values on the right; what has no value has no line.
pub(crate) fn print_facts(facts: &[(&str, String)]) {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        print(&format!("{name:width$}  {value}"));
    }
}

/// Says so when a list does not show everything.
pub(crate) fn say_more(shown: usize, total: u64) {
    if u64::try_from(shown).is_ok_and(|shown| shown < total) {
        say(&format!("{shown} of {total} shown; `--limit` shows more, `--search` narrows"));
    }
}
