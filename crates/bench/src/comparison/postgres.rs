//! PostgreSQL: the same tables and questions, with indexes as somebody would make them who knows what will be asked.

use std::io::Read as _;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _, ValueRef as _};

use super::answer::{Answer, Answered, Runs};
use super::files::TableFile;
use super::questions::{INDEXES, Question, TABLES, statements};

/// Bytes that are sent at once.
const PIECE: usize = 1 << 20;

pub(crate) struct Asked {
    pub(crate) loaded: Duration,
    pub(crate) questions: Vec<Answered>,
}

/// `None` where PostgreSQL is not installed.
pub(crate) async fn ask(tables: &[TableFile], questions: &[Question], runs: Runs) -> anyhow::Result<Option<Asked>> {
    let Some(database) = fettle_testpg::database() else { return Ok(None) };
    let mut connection = PgConnection::connect(&database.url()).await?;
    let begun = Instant::now();
    for setting in ["SET work_mem = '512MB'", "SET maintenance_work_mem = '1GB'"] {
        sqlx::raw_sql(setting).execute(&mut connection).await?;
    }
    sqlx::raw_sql(TABLES).execute(&mut connection).await?;
    for table in tables {
        copy(&mut connection, table).await.with_context(|| format!("{} into PostgreSQL", table.table))?;
    }
    // One by one: the last cannot stand in a transaction.
    for statement in statements(INDEXES) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    }
    let loaded = begun.elapsed();
    let mut measured = Vec::with_capacity(questions.len());
    for question in questions {
        let answered = Answered::by(&question.name, runs, async || answer(&mut connection, question).await).await;
        measured.push(answered.with_context(|| format!("`{}` to PostgreSQL", question.name))?);
    }
    connection.close().await?;
    Ok(Some(Asked { loaded, questions: measured }))
}

async fn copy(connection: &mut PgConnection, table: &TableFile) -> anyhow::Result<()> {
    let mut file = zstd::Decoder::new(fs_err::File::open(&table.file)?)?;
    let mut copy = connection.copy_in_raw(&format!("COPY {} FROM STDIN (FORMAT csv)", table.table)).await?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece)? {
            0 => break,
            length => drop(copy.send(&piece[..length]).await?),
        }
    }
    let rows = copy.finish().await?;
    anyhow::ensure!(rows == table.rows, "it has {rows} rows of {}", table.rows);
    Ok(())
}

async fn answer(connection: &mut PgConnection, question: &Question) -> anyhow::Result<Answer> {
    let mut answer = Answer::new();
    for statement in &question.statements {
        let rows = sqlx::raw_sql(AssertSqlSafe(statement.as_str())).fetch_all(&mut *connection).await?;
        for row in &rows {
            answer.push(cells(row)?);
        }
    }
    Ok(answer)
}

/// Answers of the simple protocol are texts.
fn cells(row: &PgRow) -> anyhow::Result<Vec<Option<String>>> {
    let mut cells = Vec::with_capacity(row.len());
    for place in 0..row.len() {
        let value = row.try_get_raw(place)?;
        let text = if value.is_null() { None } else { Some(value.as_str().map_err(|error| anyhow::anyhow!(error))?) };
        cells.push(text.map(str::to_owned));
    }
    while cells.last().is_some_and(Option::is_none) {
        cells.pop();
    }
    Ok(cells)
}
