//! What was measured, as lines of the table: Fettle beside the databases.

use super::answer::Answered;
use super::questions::Question;
use super::{Bar, Peer, Table};

#[derive(Debug, Default)]
pub(crate) struct Databases {
    pub(crate) duckdb: Option<Vec<Answered>>,
    pub(crate) postgres: Option<Vec<Answered>>,
}

impl Databases {
    /// Name and answers of those that were asked.
    fn all(&self) -> impl Iterator<Item = (&'static str, &[Answered])> {
        let both = [("DuckDB", &self.duckdb), ("PostgreSQL", &self.postgres)];
        both.into_iter().filter_map(|(name, answered)| Some((name, answered.as_deref()?)))
    }
}

/// Gives the answers that differ, each with both.
pub(crate) fn add(
    table: &mut Table,
    hosts: u32,
    (questions, fettle): (&[Question], &[Answered]),
    databases: &Databases,
) -> Vec<String> {
    let mut different = Vec::new();
    for (place, (question, ours)) in questions.iter().zip(fettle).enumerate() {
        let mut peers = Vec::new();
        for (name, answered) in databases.all() {
            let theirs = &answered[place];
            debug_assert_eq!((&ours.name, &question.name), (&theirs.name, &ours.name));
            peers.push(Peer { name, figure: theirs.middle() });
            different.extend(difference(ours, name, theirs));
        }
        let bar = databases.duckdb.as_ref().map_or(Bar::None, |answered| Bar::AtMost(answered[place].middle()));
        table.add_beside(&format!("{hosts} hosts, {}", question.name), ours.middle(), &peers, "ms", bar);
        if let Some(within) = question.within {
            let what = format!("{hosts} hosts, {}, 95th percentile of {}", question.name, ours.times.len());
            let peers: Vec<Peer> = databases
                .all()
                .map(|(name, answered)| Peer { name, figure: answered[place].nearly_slowest() })
                .collect();
            table.add_beside(&what, ours.nearly_slowest(), &peers, "ms", Bar::AtMost(within));
        }
    }
    if let Some(slowest) = fettle.iter().max_by(|left, right| left.first.total_cmp(&right.first)) {
        let what = format!("{hosts} hosts, slowest first answer: {}", slowest.name);
        table.add(&what, slowest.first, None, "ms", Bar::None);
    }
    // What is asked of the middle question, and of all.
    let of_duckdb = (&databases.duckdb, "DuckDB", [Bar::AtLeast(10.0), Bar::AtLeast(1.0)]);
    let of_postgres = (&databases.postgres, "PostgreSQL", [Bar::None; 2]);
    for (answered, name, bars) in [of_duckdb, of_postgres] {
        let what = format!("{hosts} hosts, how many times faster than {name}");
        if let Some(answered) = answered {
            add_factors(table, &what, (fettle, answered), bars);
        }
    }
    different
}

fn add_factors(
    table: &mut Table,
    what: &str,
    (fettle, theirs): (&[Answered], &[Answered]),
    [of_middle, of_least]: [Bar; 2],
) {
    let factor = |(ours, theirs): (&Answered, &Answered)| theirs.middle() / ours.middle().max(f64::MIN_POSITIVE);
    let mut factors: Vec<(f64, &str)> =
        fettle.iter().zip(theirs).map(|pair| (factor(pair), pair.0.name.as_str())).collect();
    factors.sort_by(|left, right| left.0.total_cmp(&right.0));
    let (Some((least, name)), Some((middle, _))) = (factors.first(), factors.get(factors.len() / 2)) else { return };
    table.add(&format!("{what}, the middle question"), *middle, None, "×", of_middle);
    table.add(&format!("{what}, the least: {name}"), *least, None, "×", of_least);
}

/// The rows in which they differ, at most three of them.
fn difference(ours: &Answered, name: &str, theirs: &Answered) -> Option<String> {
    if ours.answer == theirs.answer {
        return None;
    }
    let rows = ours.answer.len().max(theirs.answer.len());
    let differing = (0..rows).filter(|row| ours.answer.get(*row) != theirs.answer.get(*row)).take(3);
    let lines = differing.map(|row| {
        let shown =
            |answer: Option<&Vec<Option<String>>>| answer.map_or_else(|| "none".to_owned(), |row| format!("{row:?}"));
        let (ours, theirs) = (shown(ours.answer.get(row)), shown(theirs.answer.get(row)));
        format!("  row {row}: Fettle {ours}, {name} {theirs}")
    });
    Some(format!("`{}`:\n{}", ours.name, lines.collect::<Vec<_>>().join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(cells: &[&str], time: f64) -> Answered {
        let answer = cells.iter().map(|cell| vec![Some((*cell).to_owned())]).collect();
        Answered { name: "count".to_owned(), first: time, times: vec![time; 3], answer }
    }

    #[test]
    fn a_different_answer_is_told_with_both() {
        let question = Question { name: "count".to_owned(), parts: Vec::new(), statements: Vec::new(), within: None };
        let databases =
            Databases { duckdb: Some(vec![answered(&["1", "2"], 10.0)]), postgres: Some(vec![answered(&["1"], 1.0)]) };
        let ours = [answered(&["1", "3"], 1.0)];
        let different = add(&mut Table::default(), 1, (&[question], &ours), &databases);
        assert_eq!(
            different,
            [
                "`count`:\n  row 1: Fettle [Some(\"3\")], DuckDB [Some(\"2\")]",
                "`count`:\n  row 1: Fettle [Some(\"3\")], PostgreSQL none",
            ]
        );
    }
}
