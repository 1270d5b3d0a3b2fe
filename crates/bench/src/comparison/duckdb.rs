//! DuckDB, by `benches/duckdb_questions.py`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answered, Runs};
use super::files::TableFile;
use super::questions::{Question, TABLES, statements};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// What DuckDB may take before it writes to the disk. The fleet's index stands beside it.
const MEMORY: &str = "12GB";

/// Whether DuckDB may be fetched from Python's registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fetch {
    Wanted,
    /// Tests fetch nothing.
    Never,
}

/// A Python that has DuckDB.
#[derive(Debug)]
pub(crate) struct Python(String);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    pub(crate) version: String,
    pub(crate) load_seconds: f64,
    /// Size of the database.
    pub(crate) bytes: u64,
    pub(crate) questions: Vec<Answered>,
}

impl Python {
    /// `Err`: why there is none, in one line.
    pub(crate) fn find(fetch: Fetch) -> Result<Self, String> {
        let mut command = Command::new("scripts/duckdb");
        command.current_dir(REPOSITORY).args((fetch == Fetch::Never).then_some("--if-there"));
        let output = command.output().map_err(|error| format!("scripts/duckdb: {error}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() {
            return Ok(Self(text(&output.stdout)));
        }
        Err(text(&output.stderr).lines().last().unwrap_or("scripts/duckdb failed").to_owned())
    }

    /// Loads the tables into a database in `folder`, which is removed again unless it is to be kept, and asks.
    pub(crate) fn ask(
        &self,
        (folder, keep): (&Path, bool),
        tables: &[TableFile],
        questions: &[Question],
        runs: Runs,
    ) -> anyhow::Result<Asked> {
        let database = folder.join("fleet.duckdb");
        let mut child = Command::new(&self.0)
            .arg("benches/duckdb_questions.py")
            .current_dir(REPOSITORY)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", self.0))?;
        let plan = serde_json::to_vec(&plan(&database, tables, questions, runs))?;
        // It is dropped at once, so that the plan has an end.
        child.stdin.take().context("it is a pipe")?.write_all(&plan)?;
        let output = child.wait_with_output()?;
        if !keep && database.exists() {
            fs_err::remove_file(&database)?;
        }
        anyhow::ensure!(output.status.success(), "benches/duckdb_questions.py ended with {}", output.status);
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

fn plan(database: &Path, tables: &[TableFile], questions: &[Question], runs: Runs) -> Value {
    let tables = tables.iter().map(|table| json!([table.table, table.file]));
    let questions = questions.iter().map(|question| json!({"name": question.name, "statements": question.statements}));
    json!({
        "database": database,
        "memory": MEMORY,
        "threads": std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        "schema": statements(TABLES),
        "tables": tables.collect::<Vec<_>>(),
        "runs": runs.most,
        "least": runs.least,
        "seconds": runs.within.as_secs_f64(),
        "questions": questions.collect::<Vec<_>>(),
    })
}
