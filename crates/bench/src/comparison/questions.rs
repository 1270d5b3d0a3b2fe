//! The questions of `benches/`: in QQL and in SQL, by the same names.

use anyhow::Context as _;
use fettle_qql::Entity;
use jiff::Timestamp;

const QQL: &str = include_str!("../../../../benches/queries.qql");
const SQL: &str = include_str!("../../../../benches/queries.sql");
pub(crate) const TABLES: &str = include_str!("../../../../benches/tables.sql");
pub(crate) const INDEXES: &str = include_str!("../../../../benches/indexes.sql");

/// What is measured as one.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) name: String,
    pub(crate) parts: Vec<Part>,
    /// In SQL, of all parts one after the other.
    pub(crate) statements: Vec<String>,
    /// Milliseconds that 95 of a hundred answers may take.
    pub(crate) within: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) list: Entity,
    pub(crate) query: String,
    pub(crate) having: Option<String>,
    /// Name of the tag whose members alone are seen.
    pub(crate) scope: Option<String>,
    pub(crate) wanted: Wanted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    Count,
    /// The first page in an order, and how many there are.
    Page(String),
    /// The commonest values of a token.
    Groups(String),
}

/// Everything that is asked, as of `now`.
pub(crate) fn all(now: Timestamp) -> anyhow::Result<Vec<Question>> {
    let moment = format!("TIMESTAMP '{}'", sql_moment(now));
    let mut sections = sections(SQL).into_iter();
    let mut questions: Vec<Question> = Vec::new();
    for block in blocks(QQL) {
        let (name, within, part) = part(&block)?;
        let (title, sql) = sections.next().with_context(|| format!("queries.sql has no `{name}`"))?;
        anyhow::ensure!(title == name, "queries.sql has `{title}` where queries.qql has `{name}`");
        let shared = name.split(" / ").next().unwrap_or(&name);
        if questions.last().is_none_or(|last| last.name != shared) {
            let (parts, statements) = (Vec::new(), Vec::new());
            questions.push(Question { name: shared.to_owned(), parts, statements, within: None });
        }
        let question = questions.last_mut().context("one was put in")?;
        question.parts.push(part);
        question.statements.extend(statements(&sql).into_iter().map(|statement| statement.replace("{now}", &moment)));
        question.within = question.within.or(within);
    }
    match sections.next() {
        Some((title, _)) => anyhow::bail!("queries.qql has no `{title}`"),
        None => Ok(questions),
    }
}

/// As both databases read it.
pub(crate) fn sql_moment(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// Each ends with a semicolon at the end of its line. Comments are left out.
pub(crate) fn statements(text: &str) -> Vec<String> {
    let lines: String =
        text.lines().filter(|line| !line.trim_start().starts_with("--")).flat_map(|line| [line, "\n"]).collect();
    lines.split(";\n").map(str::trim).filter(|statement| !statement.is_empty()).map(str::to_owned).collect()
}

/// Name and text of each part of queries.sql.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("-- name: ") {
            found.push((name.to_owned(), String::new()));
        } else if let Some((_, sql)) = found.last_mut() {
            sql.push_str(line);
            sql.push('\n');
        }
    }
    found
}

/// Keys and values between empty lines.
fn blocks(text: &str) -> Vec<Vec<(&str, &str)>> {
    let mut found = vec![Vec::new()];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(':') {
            Some((key, value)) => found.last_mut().into_iter().for_each(|block| block.push((key, value.trim()))),
            None => found.push(Vec::new()),
        }
    }
    found.retain(|block| !block.is_empty());
    found
}

fn part(block: &[(&str, &str)]) -> anyhow::Result<(String, Option<f64>, Part)> {
    const KEYS: [&str; 7] = ["name", "list", "query", "having", "scope", "sort", "group"];
    let value = |wanted: &str| block.iter().find(|(key, _)| *key == wanted).map(|(_, value)| (*value).to_owned());
    let name = value("name").context("a question without a name")?;
    if let Some((key, _)) = block.iter().find(|(key, _)| *key != "within" && !KEYS.contains(key)) {
        anyhow::bail!("`{name}` says `{key}`, which means nothing");
    }
    let list = value("list").with_context(|| format!("`{name}` lists nothing"))?;
    let list = Entity::ALL.into_iter().find(|entity| entity.plural() == list);
    let wanted = match (value("sort"), value("group")) {
        (None, None) => Wanted::Count,
        (Some(order), None) => Wanted::Page(order),
        (None, Some(token)) => Wanted::Groups(token),
        (Some(_), Some(_)) => anyhow::bail!("`{name}` is sorted and grouped"),
    };
    let within =
        value("within").map(|limit| limit.parse()).transpose().with_context(|| format!("within of `{name}`"))?;
    let part = Part {
        list: list.with_context(|| format!("there is no list that `{name}` names"))?,
        query: value("query").with_context(|| format!("`{name}` has no query"))?,
        having: value("having"),
        scope: value("scope"),
        wanted,
    };
    Ok((name, within, part))
}

#[cfg(test)]
mod tests {
    use fettle_qql::order::{group_by, sort};
    use fettle_qql::token::Vocabulary;
    use fettle_qql::{Context, check, check_having};
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn every_question_is_asked_in_both_languages_and_typed() {
        let now = "2026-11-21T20:00:00Z".parse().expect("a time");
        let questions = all(now).expect("read");
        assert_eq!(questions.len(), 22);
        for question in &questions {
            assert!(!question.statements.is_empty(), "{}", question.name);
            for part in &question.parts {
                let context = Context::new(part.list, now, TimeZone::UTC);
                check(&part.query, &context).unwrap_or_else(|error| panic!("{}: {error:?}", question.name));
                if let Some(having) = &part.having {
                    check_having(having, &context).unwrap_or_else(|error| panic!("{}: {error:?}", question.name));
                }
                match &part.wanted {
                    Wanted::Count => {}
                    Wanted::Page(order) => drop(sort(order, part.list, Vocabulary::FETTLE).expect("an order")),
                    Wanted::Groups(token) => drop(group_by(token, part.list, Vocabulary::FETTLE).expect("a token")),
                }
            }
        }
        let dashboard = questions.iter().find(|question| question.name == "dashboard").expect("it is there");
        assert_eq!((dashboard.parts.len(), dashboard.within), (10, Some(100.0)));
    }

    #[test]
    fn a_moment_stands_where_the_text_has_its_place() {
        let now = "2026-11-21T20:00:00.5Z".parse().expect("a time");
        let questions = all(now).expect("read");
        let range = questions.iter().find(|question| question.name == "date range").expect("it is there");
        assert!(range.statements[0].contains("TIMESTAMP '2026-11-21 20:00:00.500000' - INTERVAL"));
        assert!(questions.iter().flat_map(|question| &question.statements).all(|text| !text.contains('{')));
    }
}
