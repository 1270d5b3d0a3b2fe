//! A whole fleet: memory, files and start.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use fettle_model::{Clock as _, SystemClock};
use fettle_simulate::{Machines, Progress, Simulation, Stage, simulate};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

use crate::Options;
use crate::check_ins::{Ready, enrolled, fettle};
use crate::table::{Bar, Table, mebibytes, show};

/// Memory with one asset, some time after the administrator signed in.
pub(crate) async fn one_asset(table: &mut Table, idle: Duration) -> anyhow::Result<()> {
    show("Memory with one asset");
    let data = tempfile::tempdir()?;
    let (server, ready) = fettle(data.path(), None).await?;
    sign_in(&ready).await?;
    let (mut agent, _) = enrolled(&ready.enrolment(), 1, 0).await;
    agent.hang_up();
    tokio::time::sleep(idle).await;
    let what = format!("server with one asset, {} s after the sign-in: PSS", idle.as_secs());
    table.add(&what, mebibytes(server.pss()?), None, "MiB", Bar::AtMost(40.0));
    server.stop().await
}

async fn sign_in(ready: &Ready) -> anyhow::Result<()> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let administrator = json!({
        "code": ready.setup_code, "username": "ada", "password": "correct horse battery staple 42",
        "firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com",
    });
    let made = client.post(format!("{}/v1/setup", ready.console)).json(&administrator).send().await?;
    made.error_for_status()?;
    let credentials = json!({ "username": "ada", "password": "correct horse battery staple 42" });
    let signed_in = client.post(format!("{}/v1/session", ready.console)).json(&credentials).send().await?;
    signed_in.error_for_status()?;
    Ok(())
}

pub(crate) async fn on_sqlite(table: &mut Table, options: &Options, idle: Duration) -> anyhow::Result<()> {
    show(&format!("{} hosts on SQLite", options.hosts));
    let data = tempfile::tempdir()?;
    run(options, data.path(), None).await?;
    let begun = Instant::now();
    let (server, ready) = fettle(data.path(), None).await?;
    until_ready(&ready).await?;
    table.add(&of(options, "server ready"), begun.elapsed().as_secs_f64(), None, "s", Bar::None);
    tokio::time::sleep(idle.min(Duration::from_secs(70))).await;
    table.add(&of(options, "PSS"), mebibytes(server.pss()?), None, "MiB", Bar::None);
    per_host(table, options, "SQLite, all files", size_of(data.path())?, Bar::AtMost(15.0));
    server.stop().await
}

pub(crate) async fn on_postgres(table: &mut Table, options: &Options) -> anyhow::Result<()> {
    let Some(database) = fettle_testpg::database() else { return Ok(()) };
    show(&format!("{} hosts on PostgreSQL", options.hosts));
    let data = tempfile::tempdir()?;
    run(options, data.path(), Some(&database.url())).await?;
    let mut connection = PgConnection::connect(&database.url()).await?;
    let (size,): (i64,) =
        sqlx::query_as("SELECT pg_database_size(current_database())").fetch_one(&mut connection).await?;
    per_host(table, options, "PostgreSQL, pg_database_size", u64::try_from(size)?, Bar::None);
    for (name, size) in largest_tables(&mut connection).await? {
        per_host(table, options, &format!("  of it {name}"), u64::try_from(size)?, Bar::None);
    }
    Ok(())
}

/// The three largest tables with their indexes and what is stored beside them, in bytes.
async fn largest_tables(connection: &mut PgConnection) -> anyhow::Result<Vec<(String, i64)>> {
    let query = "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                 ORDER BY 2 DESC LIMIT 3";
    Ok(sqlx::query_as(query).fetch_all(connection).await?)
}

async fn run(options: &Options, data: &Path, database: Option<&str>) -> anyhow::Result<()> {
    let simulation = Simulation {
        assets: options.hosts,
        seed: options.seed,
        packages: (660, 740),
        rounds: options.rounds,
        packages_per_round: 10,
        // What all of them reported is in the files whose size is measured.
        reporting: u32::MAX,
        machines: Machines::Alike,
    };
    let bar = ProgressBar::new(u64::from(options.hosts) * u64::from(options.rounds + 1));
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} reports, {elapsed}")?);
    let tell = |progress: Progress| {
        let before = match progress.stage {
            Stage::Round(round, _) => round,
            Stage::Enrolment | Stage::Rest => 0,
        };
        bar.set_position(u64::from(before) * u64::from(progress.of) + u64::from(progress.done));
    };
    let begun = Instant::now();
    simulate(data, database, &simulation, SystemClock.now(), tell).await?;
    bar.finish_and_clear();
    show(&format!("  simulated in {:.0} s", begun.elapsed().as_secs_f64()));
    Ok(())
}

fn of(options: &Options, what: &str) -> String {
    format!("{what}, {} hosts", options.hosts)
}

fn per_host(table: &mut Table, options: &Options, what: &str, bytes: u64, bar: Bar) {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let kilobytes = bytes as f64 / 1_000.0 / f64::from(options.hosts);
    let what = format!("{what}, {} hosts after {} changed check-ins: each", options.hosts, options.rounds);
    table.add(&what, kilobytes, None, "kB", bar);
}

pub(crate) async fn until_ready(ready: &Ready) -> anyhow::Result<()> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build()?;
    for _ in 0..6_000 {
        let health: Value = client.get(format!("{}/health", ready.console)).send().await?.json().await?;
        if health["status"] == "ok" {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("the server is not ready after a minute")
}

/// Of the database's files: WAL and shared memory too.
fn size_of(data: &Path) -> anyhow::Result<u64> {
    let mut size = 0;
    for entry in fs_err::read_dir(data)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("fettle.db") {
            size += entry.metadata().context("a file of the database")?.len();
        }
    }
    Ok(size)
}
