//! Thousands of agents over the wire of real ones: what they cost while they are held, and a reconnect storm.
//!
//! Server and agents share the cores of one machine, so each row about time says what both take; only the server's CPU is
//! the server's alone.

use std::time::{Duration, Instant};

use fettle_agent_core::settings::Settings;
use fettle_simulate::live::{ChangesSummary, Counts, Live, LiveFleet, StormSummary};
use indicatif::{ProgressBar, ProgressStyle};

use crate::check_ins::{Ready, fettle};
use crate::fleet::until_ready;
use crate::process::{Measured, own_cpu};
use crate::table::{Bar, Table, mebibytes, micros, show};

/// What held agents cost is measured for so long.
const IDLE: Duration = Duration::from_secs(30);
const CHANGING: Duration = Duration::from_secs(20);
/// Of five agents so many change: with a second connection of each the usual limit of open files is not exceeded.
const CHANGING_OF_FIVE: u32 = 4;

pub(crate) async fn measure(table: &mut Table, agents: u32, changes: u32, seed: u64) -> anyhow::Result<()> {
    show(&format!("{agents} live agents; they and the server share the cores of this machine"));
    let (data, state) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let changing = agents * CHANGING_OF_FIVE / 5;
    let live = |ready: &Ready| {
        anyhow::Ok(Live {
            state: Some(state.path().to_owned()),
            second_connections: changing,
            ..Live::new(install_values(ready)?, agents, seed)
        })
    };
    let (server, ready) = fettle(data.path(), None).await?;
    until_ready(&ready).await?;
    let enrolment = Spent::begin(&server)?;
    let mut fleet = LiveFleet::start(&live(&ready)?).await?;
    shown(agents, async |tell| fleet.introduced(tell).await).await?;
    enrolment.rows(table, &format!("{agents} agents enrol and report, 64 at once"), agents, &server)?;
    fleet.stop().await?;
    server.stop().await?;

    // Started anew, so that memory is that of the fleet and of its connections, and not of what came before.
    let (server, ready) = fettle(data.path(), None).await?;
    until_ready(&ready).await?;
    let without = server.pss()?;
    let coming = Spent::begin(&server)?;
    let mut fleet = LiveFleet::start(&live(&ready)?).await?;
    shown(agents, async |tell| fleet.connected(tell).await).await?;
    coming.rows(table, &format!("server started anew, {agents} agents connect and are held"), agents, &server)?;
    let idle = Spent::begin(&server)?;
    fleet.go_on(Some(IDLE), |_| ()).await?;
    idle.rows(table, &format!("{agents} held agents, {} s", IDLE.as_secs()), agents, &server)?;
    let held = server.pss()?;
    table.add(&format!("server with {agents} held agents: PSS"), mebibytes(held), None, "MiB", Bar::None);
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let each = held.saturating_sub(without) as f64 / 1e3 / f64::from(agents);
    table.add("server, more than without connections: each", each, None, "kB", Bar::None);

    let storm = Spent::begin(&server)?;
    let came = fleet.storm(|_| ()).await?;
    storm.rows(table, &format!("storm, {agents} agents"), agents, &server)?;
    storm_rows(table, &came);

    shown(agents, async |tell| fleet.connected(tell).await).await?;
    let changed = Spent::begin(&server)?;
    let told = fleet.change(changes, changing as usize, Some(CHANGING), |_| ()).await?;
    if let Some(told) = told {
        let count = u32::try_from(told.answered.count)?.max(1);
        changed.rows(table, &format!("changed check-ins, {changes} a second"), count, &server)?;
        change_rows(table, &told);
    }
    let summary = fleet.stop().await?;
    for (kind, count) in &summary.errors {
        show(&format!("  {count} × {kind}"));
    }
    server.stop().await
}

fn install_values(ready: &Ready) -> anyhow::Result<Settings> {
    let enrolment = ready.enrolment();
    let words = [
        format!("CustomerId={}", enrolment.customer),
        format!("ActivationId={}", enrolment.key),
        format!("WebServiceUri=https://{}/agent/", enrolment.server),
        format!("ServerCa={}", enrolment.pin),
    ];
    Ok(Settings::from_words(&words, false)?)
}

/// With a bar that shows how many are there.
async fn shown<T>(agents: u32, work: impl AsyncFnOnce(&dyn Fn(Counts)) -> T) -> T {
    let bar = ProgressBar::new(u64::from(agents));
    bar.set_style(ProgressStyle::with_template("{bar:40} {msg}, {elapsed}").expect("the template is well formed"));
    let tell = |counts: Counts| {
        bar.set_position(u64::from(counts.introduced));
        bar.set_message(format!("{} have reported, {} held", counts.introduced, counts.connected));
    };
    let done = work(&tell).await;
    bar.finish_and_clear();
    done
}

/// Time and CPU of one stage.
struct Spent {
    begun: Instant,
    server: Duration,
    agents: Duration,
}

impl Spent {
    fn begin(server: &Measured) -> anyhow::Result<Self> {
        Ok(Self { begun: Instant::now(), server: server.cpu()?, agents: own_cpu()? })
    }

    fn rows(self, table: &mut Table, what: &str, count: u32, server: &Measured) -> anyhow::Result<()> {
        let (lasted, of_server, of_agents) =
            (self.begun.elapsed(), server.cpu()?.saturating_sub(self.server), own_cpu()?.saturating_sub(self.agents));
        table.add(&format!("{what}: time"), lasted.as_secs_f64(), None, "s", Bar::None);
        table.add(&format!("{what}: server CPU each"), micros(of_server / count), None, "µs", Bar::None);
        table.add(&format!("{what}: load generator CPU each"), micros(of_agents / count), None, "µs", Bar::None);
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn storm_rows(table: &mut Table, storm: &StormSummary) {
    let lacking = u64::from(storm.agents).saturating_sub(storm.back);
    table.add("storm: agents that did not come back", lacking as f64, None, "", Bar::AtMost(0.0));
    table.add("storm: errors", storm.errors.values().sum::<u64>() as f64, None, "", Bar::AtMost(0.0));
    table.add("storm: all back, since the drop", storm.since_drop.max / 1e3, None, "s", Bar::AtMost(60.0));
    for (what, quantiles, bar) in [
        ("since its first try", &storm.since_try, Bar::AtMost(1_000.0)),
        ("since the drop, with its random wait of up to 5 s", &storm.since_drop, Bar::None),
    ] {
        let what = format!("storm: an agent's next answered check-in, {what}");
        table.add(&format!("{what}: p50"), quantiles.p50, None, "ms", Bar::None);
        table.add(&format!("{what}: p95"), quantiles.p95, None, "ms", bar);
        table.add(&format!("{what}: longest"), quantiles.max, None, "ms", Bar::None);
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn change_rows(table: &mut Table, changes: &ChangesSummary) {
    let lacking = (changes.due - changes.answered.count) as f64;
    table.add("changed check-ins: not answered", lacking, None, "", Bar::AtMost(0.0));
    table.add("changed check-ins, from due to answered: p50", changes.answered.p50, None, "ms", Bar::None);
    table.add("changed check-ins, from due to answered: p99", changes.answered.p99, None, "ms", Bar::None);
}
