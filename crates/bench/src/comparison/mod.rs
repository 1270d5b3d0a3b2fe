//! The questions of `benches/` to Fettle and to two databases: the same fleet, machine and run, and the same answers.

mod answer;
mod assets;
mod changes;
mod duckdb;
mod fettle;
mod files;
mod findings;
mod fleet;
mod postgres;
mod questions;
mod report;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fettle_simulate::Simulation;

use crate::table::{Bar, Peer, Table, show};
use answer::Runs;
use duckdb::{Fetch, Python};
use files::TableFile;
use fleet::Opened;
use report::Databases;

pub(crate) use answer::Answered;

/// The fleet that PostgreSQL is asked about, at most.
const POSTGRES_HOSTS: u32 = 100_000;
const RUNS: Runs = Runs { most: 15, least: 1, within: Duration::from_secs(20) };

/// What is compared, and where.
#[derive(Debug)]
pub(crate) struct Comparison<'o> {
    pub(crate) hosts: u32,
    pub(crate) seed: u64,
    /// Holds a folder for each fleet, named by its number of hosts; `None`: fleets are made anew and removed.
    pub(crate) data: Option<&'o Path>,
    /// Tables and DuckDB's database stay.
    pub(crate) keep: bool,
    pub(crate) without_postgres: bool,
}

pub(crate) async fn measure(table: &mut Table, comparison: &Comparison<'_>) -> anyhow::Result<()> {
    let small = comparison.hosts.min(POSTGRES_HOSTS);
    let mut different = Vec::new();
    if comparison.hosts > small {
        different.extend(compare(table, comparison, comparison.hosts).await?);
    }
    if comparison.hosts == small || !comparison.without_postgres {
        different.extend(compare(table, comparison, small).await?);
    }
    anyhow::ensure!(different.is_empty(), "{} answers differ:\n{}", different.len(), different.join("\n"));
    Ok(())
}

/// Changed check-ins beside the questions, alone.
pub(crate) async fn measure_changes(table: &mut Table, comparison: &Comparison<'_>) -> anyhow::Result<()> {
    let hosts = comparison.hosts;
    show(&format!("Changed check-ins beside questions, {hosts} hosts"));
    let (folder, _temporary) = folder(comparison.data, hosts)?;
    let opened = fleet::open(&folder, &Simulation::new(hosts, comparison.seed)).await?;
    changes::measure(table, &opened, &questions::all(opened.as_of)?).await?;
    opened.fleet.database.close().await;
    Ok(())
}

/// Fettle by itself: figures for the growth of the fleet.
#[derive(Debug)]
pub(crate) struct Alone {
    pub(crate) index_loaded: Duration,
    pub(crate) questions: Vec<Answered>,
}

/// Sees to the fleet in `data`, so that [`alone`] finds it.
pub(crate) async fn make((hosts, seed): (u32, u64), data: &Path) -> anyhow::Result<()> {
    fleet::make(&data.join(hosts.to_string()), &Simulation::new(hosts, seed)).await
}

/// Asks the fleet that is in `data`. `loaded` is called between loading and the first question.
pub(crate) async fn alone(
    (hosts, seed): (u32, u64),
    data: &Path,
    loaded: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Alone> {
    let opened = fleet::open(&data.join(hosts.to_string()), &Simulation::new(hosts, seed)).await?;
    loaded()?;
    let questions = asked_of_fettle(&opened, RUNS).await?;
    opened.fleet.database.close().await;
    Ok(Alone { index_loaded: opened.index_loaded, questions })
}

/// Gives the answers that differ.
async fn compare(table: &mut Table, comparison: &Comparison<'_>, hosts: u32) -> anyhow::Result<Vec<String>> {
    show(&format!("Questions to Fettle and to databases, {hosts} hosts"));
    let (folder, _temporary) = folder(comparison.data, hosts)?;
    let opened = fleet::open(&folder, &Simulation::new(hosts, comparison.seed)).await?;
    let known = format!("{hosts} hosts: database opened, agents known");
    table.add(&known, opened.agents_known.as_secs_f64(), None, "s", Bar::None);
    let loaded = format!("{hosts} hosts: index rebuilt");
    table.add(&loaded, opened.index_loaded.as_secs_f64(), None, "s", Bar::AtMost(60.0));
    let fettle = asked_of_fettle(&opened, RUNS).await?;

    let tables = folder.join("tables");
    let files = write_tables(&opened, &tables).await?;
    let questions = questions::all(opened.as_of)?;
    changes::measure(table, &opened, &questions).await?;
    opened.fleet.database.close().await;
    let mut databases = Databases::default();
    match Python::find(Fetch::Wanted) {
        Ok(python) => {
            let asked = python.ask((&tables, comparison.keep), &files, &questions, RUNS)?;
            let what = format!("{hosts} hosts: tables loaded by DuckDB {}", asked.version);
            table.add(&what, asked.load_seconds, None, "s", Bar::None);
            let what = format!("{hosts} hosts: DuckDB's database");
            table.add(&what, crate::table::mebibytes(asked.bytes), None, "MiB", Bar::None);
            databases.duckdb = Some(asked.questions);
        }
        Err(reason) => table.note(&format!("{hosts} hosts: DuckDB is not asked"), &reason),
    }
    if hosts <= POSTGRES_HOSTS && !comparison.without_postgres {
        match postgres::ask(&files, &questions, RUNS).await? {
            Some(asked) => {
                let what = format!("{hosts} hosts: tables loaded and indexed by PostgreSQL");
                table.add(&what, asked.loaded.as_secs_f64(), None, "s", Bar::None);
                databases.postgres = Some(asked.questions);
            }
            None => table.note(&format!("{hosts} hosts: PostgreSQL is not asked"), "it is not installed"),
        }
    }
    if comparison.keep {
        show(&format!("  the tables are in {}", tables.display()));
    } else {
        fs_err::remove_dir_all(&tables)?;
    }
    Ok(report::add(table, hosts, (&questions, &fettle), &databases))
}

async fn asked_of_fettle(opened: &Opened, runs: Runs) -> anyhow::Result<Vec<Answered>> {
    let asker = fettle::Asker { index: &opened.fleet.index, now: opened.as_of, scopes: &opened.scopes };
    asker.measure(&questions::all(opened.as_of)?, runs).await
}

async fn write_tables(opened: &Opened, folder: &Path) -> anyhow::Result<Vec<TableFile>> {
    let begun = Instant::now();
    fs_err::create_dir_all(folder)?;
    let (mut files, numbers) = assets::write(&opened.fleet, folder).await?;
    files.extend(findings::write(opened, folder, &numbers)?);
    let rows: Vec<String> = files.iter().map(|file| format!("{} {}", file.rows, file.table)).collect();
    show(&format!("  tables written in {:.0} s: {}", begun.elapsed().as_secs_f64(), rows.join(", ")));
    Ok(files)
}

/// Where the fleet is, and what removes it in the end if nobody shall find it again.
fn folder(data: Option<&Path>, hosts: u32) -> anyhow::Result<(PathBuf, Option<tempfile::TempDir>)> {
    if let Some(data) = data {
        // DuckDB works in another folder.
        return Ok((std::path::absolute(data)?.join(hosts.to_string()), None));
    }
    let temporary = tempfile::tempdir()?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONCE: Runs = Runs { most: 0, least: 0, within: Duration::ZERO };

    /// Hosts that report and hosts that are put in: their scans are not all of one moment.
    fn small() -> Simulation {
        Simulation { packages: (60, 120), rounds: 1, reporting: 600, ..Simulation::new(1_200, 5) }
    }

    /// Assets whose counts are not those of their findings: none. For security may be more than what is said to be: a patch
    /// brings what it replaces.
    fn counted() -> (questions::Question, Answered) {
        let statement = "WITH found AS (
                SELECT asset, count(*) AS missing, count(*) FILTER (WHERE is_security) AS missing_security
                FROM missing JOIN patch USING (patch) GROUP BY asset
            )
            SELECT count(*) FROM asset LEFT JOIN found USING (asset)
            WHERE missing_count <> coalesce(missing, 0) OR missing_security_count < coalesce(missing_security, 0)
                OR missing_security_count > missing_count";
        let (name, answer) = ("counts of findings".to_owned(), vec![vec![Some("0".to_owned())]]);
        let statements = vec![statement.to_owned()];
        let question = questions::Question { name: name.clone(), parts: Vec::new(), statements, within: None };
        (question, Answered { name, first: 0.0, times: Vec::new(), answer })
    }

    #[tokio::test]
    async fn databases_give_the_answers_that_fettle_gives() {
        let data = tempfile::tempdir().expect("a folder");
        let opened = fleet::open(data.path(), &small()).await.expect("opened");
        let tables = data.path().join("tables");
        let files = write_tables(&opened, &tables).await.expect("written");
        let mut questions = questions::all(opened.as_of).expect("read");
        let mut fettle = asked_of_fettle(&opened, ONCE).await.expect("answered");
        opened.fleet.database.close().await;
        for (question, answered) in questions.iter().zip(&fettle) {
            assert_ne!(answered.answer, [[Some("0".to_owned())]], "`{}` finds nothing", question.name);
        }
        let (question, answered) = counted();
        questions.push(question);
        fettle.push(answered);
        let mut databases = Databases::default();
        if let Some(asked) = postgres::ask(&files, &questions, ONCE).await.expect("answered") {
            databases.postgres = Some(asked.questions);
        }
        match Python::find(Fetch::Never) {
            Ok(python) => {
                let asked = python.ask((&tables, false), &files, &questions, ONCE).expect("answered");
                databases.duckdb = Some(asked.questions);
            }
            Err(reason) => eprintln!("SKIPPED: DuckDB is not asked: {reason}"),
        }
        let different = report::add(&mut Table::default(), 1_200, (&questions, &fettle), &databases);
        assert!(different.is_empty(), "{}", different.join("\n"));
    }
}
