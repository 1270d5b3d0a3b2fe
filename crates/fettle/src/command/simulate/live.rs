//! `fettle simulate --live`: agents that connect to a running server, as an operator tries it before machines do.

use std::path::PathBuf;
use std::time::Duration;

use fettle_agent_core::settings::Settings;
use fettle_simulate::live::{Counts, Live, LiveFleet, Quantiles, StormSummary, Summary};
use tokio_util::task::TaskTracker;

use crate::failure::{Failure, Finding};
use crate::output::{print_facts, print_json_text};
use crate::progress::Progress;
use crate::signals;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Live agents")]
pub(super) struct Options {
    /// Connect to a running server, by the wire of real agents. It gets assets of these names, which stay
    #[arg(long, conflicts_with_all = ["data", "rounds"])]
    live: bool,
    /// With `--live`: the install line that `fettle keys create` prints
    #[arg(value_name = "NAME=VALUE", requires = "live")]
    install: Vec<String>,
    /// Directory for keys, certificates and ids: another run with it goes on with the same agents
    #[arg(long, value_name = "DIR", requires = "live")]
    state: Option<PathBuf>,
    /// End so long after all were connected, and the storm is over [default: at Ctrl-C]
    #[arg(long, value_name = "NUMBER", requires = "live", value_parser = clap::value_parser!(u32).range(0..=10_080))]
    minutes: Option<u32>,
    /// Drop every connection at once when all are connected, and let all agents come back
    #[arg(long, requires = "live")]
    storm: bool,
    /// Machines a second that update ten packages and report it
    #[arg(long, value_name = "PER_SECOND", requires = "live", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    changes: Option<u32>,
    /// Print the summary as JSON
    #[arg(long, requires = "live")]
    json: bool,
}

pub(super) async fn run(options: Options, agents: u32, seed: u64) -> Result<Finding, Failure> {
    let live = Live {
        state: options.state.clone(),
        second_connections: Live::second_connections(agents, options.changes.unwrap_or(0)),
        ..Live::new(settings(&options.install)?, agents, seed)
    };
    let tasks = TaskTracker::new();
    let stop = signals::shutdown(&tasks)
        .map_err(|source| Failure::File { operation: "signals cannot be received".to_owned(), source })?;
    let mut shown = Shown(Progress::start());
    shown.0.step("The agents are made");
    let mut fleet = LiveFleet::start(&live).await.map_err(Failure::Live)?;
    let gone_through = tokio::select! {
        gone_through = go_through(&mut fleet, &options, &mut shown) => gone_through,
        () = stop.cancelled() => Ok(()),
    };
    // What the agents have become is kept, whatever it was that ended the run.
    let stopped = fleet.stop().await;
    shown.0.finish();
    gone_through?;
    let summary = stopped.map_err(Failure::Live)?;
    if options.json {
        print_json_text(&serde_json::to_string(&summary).expect("a summary is JSON"));
    } else {
        print_facts(&facts(&summary));
    }
    Ok(Finding::from(!summary.errors.is_empty()))
}

/// Takes the line as it is printed, with or without the program's name.
fn settings(words: &[String]) -> Result<Settings, Failure> {
    let values = words.strip_prefix(&["fettle-agent".to_owned(), "install".to_owned()]).unwrap_or(words);
    if values.is_empty() {
        return Err(Failure::NoInstallLine);
    }
    Settings::from_words(values, false).map_err(|error| Failure::Argument(error.to_string()))
}

async fn go_through(fleet: &mut LiveFleet, options: &Options, shown: &mut Shown) -> Result<(), Failure> {
    fleet.connected(|counts| shown.step("Agents connect", counts)).await.map_err(Failure::Live)?;
    shown.0.line(&format!("{} agents are connected", fleet.counts().connected));
    if options.storm {
        let storm = fleet.storm(|counts| shown.step("Storm: agents come back", counts)).await.map_err(Failure::Live)?;
        shown.0.line(&format!("Storm: {}", storm_text(&storm)));
    }
    let lasting = options.minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let gone_on = match options.changes {
        Some(per_second) => {
            let among = usize::MAX;
            let changing = fleet.change(per_second, among, lasting, |counts| shown.step("Machines change", counts));
            changing.await.map(drop)
        }
        None => fleet.go_on(lasting, |counts| shown.step("Agents are connected", counts)).await,
    };
    gone_on.map_err(Failure::Live)
}

struct Shown(Progress);

impl Shown {
    /// Counts move on a terminal; elsewhere there is one line for each stage.
    fn step(&mut self, stage: &str, counts: Counts) {
        if !self.0.moves() {
            self.0.step(stage);
            return;
        }
        let Counts { agents, introduced, connected, reports, errors, .. } = counts;
        self.0.step(&format!(
            "{stage}: {introduced} of {agents} have reported, {connected} connected, {reports} reports, {errors} errors"
        ));
    }
}

fn storm_text(storm: &StormSummary) -> String {
    let StormSummary { agents, back, since_drop, .. } = storm;
    format!("{back} of {agents} back, the last after {:.1} s; {}", since_drop.max / 1e3, kinds(&storm.errors))
}

fn kinds(errors: &std::collections::BTreeMap<String, u64>) -> String {
    if errors.is_empty() {
        return "no errors".to_owned();
    }
    errors.iter().map(|(kind, count)| format!("{count} × {kind}")).collect::<Vec<_>>().join(", ")
}

fn quantiles(quantiles: &Quantiles) -> String {
    let Quantiles { p50, p95, p99, max, .. } = quantiles;
    format!("p50 {p50:.0} ms, p95 {p95:.0} ms, p99 {p99:.0} ms, longest {max:.0} ms")
}

fn facts(summary: &Summary) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("Agents", format!("{} of seed {}, {} enrolled in this run", summary.agents, summary.seed, summary.enrolled)),
        (
            "All connected",
            summary.connected_after_s.map_or_else(
                || format!("no: {} at the end", summary.connected),
                |after| format!("after {after:.1} s; {} at the end", summary.connected),
            ),
        ),
    ];
    if summary.gone > 0 {
        facts.push(("Gone", format!("{}: retired or revoked", summary.gone)));
    }
    facts.push(("Check-ins", summary.check_ins.to_string()));
    facts.push(("Reports", summary.reports.to_string()));
    if let Some(storm) = &summary.storm {
        facts.push(("Storm", storm_text(storm)));
        facts.push(("  since the first try", quantiles(&storm.since_try)));
        facts.push(("  since the drop", quantiles(&storm.since_drop)));
    }
    if let Some(changes) = &summary.changes {
        facts.push(("Changes", format!("{} of {} answered", changes.answered.count, changes.due)));
        facts.push(("  since they were due", quantiles(&changes.answered)));
    }
    facts.push(("Errors", kinds(&summary.errors)));
    let undone = summary.left_undone;
    if undone.deployments + undone.dry_runs > 0 {
        let text = format!("{} deployments and {} dry runs offered", undone.deployments, undone.dry_runs);
        facts.push(("Left undone", text));
    }
    facts
}
