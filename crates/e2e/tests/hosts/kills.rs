//! `kill -9` at random moments while deployments run: every deployment ends, what was acknowledged is still there, the
//! package database is whole, and apt's history names each installation once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fettle_testhost::demo;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::api::{PATIENCE, text};
use crate::support::wait::say;
use crate::support::{Machine, Site, eventually};

/// A deployment of the demo pair takes about this long, so a kill hits any of its steps.
const SPAN: Duration = Duration::from_millis(1_800);
const SEED: u64 = 20_261_121;

/// How many kills; fewer for a quick run.
fn rounds() -> usize {
    std::env::var("FETTLE_TEST_KILLS").ok().map_or(20, |count| count.parse().expect("FETTLE_TEST_KILLS is a number"))
}

/// Installations and their return take turns, so that each round has something to do.
struct Rounds {
    patch: String,
    done: usize,
}

impl Rounds {
    fn new(site: &Site) -> Self {
        Self { patch: site.api.patch_id("fettle-demo", demo::FIXED), done: 0 }
    }

    const fn installs(&self) -> bool {
        self.done.is_multiple_of(2)
    }

    fn start(&self, site: &Site, assets: &[&str]) -> String {
        let work = if self.installs() { "Install" } else { "Rollback" };
        site.api.start_job(&format!("Round {}", self.done), work, assets, std::slice::from_ref(&self.patch))
    }

    /// The run ends Completed everywhere, the finding is as it should be, and every program tells of one transaction a
    /// round.
    fn check(&mut self, site: &Site, run: &str, machines: &[Machine]) {
        let round = self.done;
        for deployment in site.api.results(run) {
            assert_eq!(deployment["state"], "Completed", "round {round}: {deployment:#}");
        }
        let (version, status) = if self.installs() { (demo::FIXED, "Installed") } else { (demo::OLD, "Missing") };
        self.done += 1;
        for machine in machines {
            machine.assert_whole();
            assert_eq!(machine.version("fettle-demo"), version, "round {round}");
            let (installs, returns) = (self.done.div_ceil(2), self.done / 2);
            assert_eq!(machine.times_in_history("Upgrade", "fettle-demo"), installs, "round {round}");
            assert_eq!(machine.times_in_history("Downgrade", "fettle-demo"), returns, "round {round}");
            eventually("the finding to follow", PATIENCE, || {
                let rows = site.api.patches(&machine.name, status);
                rows.iter().any(|row| row["source"] == "fettle-demo").then_some(())
            });
        }
    }
}

/// A client outside, which keeps what the server acknowledged.
struct Witness {
    keys: BTreeMap<String, String>,
}

impl Witness {
    /// Writes until `end`, or until the server is gone.
    fn write_until(&mut self, site: &Site, end: Instant) {
        while Instant::now() < end {
            let title = format!("key {}", self.keys.len());
            let asked = site.api.try_call(Method::POST, "/v1/activation-keys", Some(&json!({ "title": title })));
            let made = asked.expect("the server lives").ok();
            self.keys.insert(text(&made["id"]), title);
        }
    }

    /// Every acknowledged key is there, with its content.
    fn read_back(&self, site: &Site) {
        let page = site.api.get("/v1/activation-keys");
        let found: BTreeMap<String, String> = page["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|key: &Value| (text(&key["id"]), text(&key["title"])))
            .collect();
        for (id, title) in &self.keys {
            assert_eq!(found.get(id), Some(title), "an acknowledged key is gone");
        }
    }
}

#[test]
fn the_server_is_killed_at_random_moments() {
    let Some(mut site) = Site::new(2, []) else { return };
    let machines = [site.machine("hopper", &[]), site.machine("lamarr", &[])];
    let mut rounds_done = Rounds::new(&site);
    let mut witness = Witness { keys: BTreeMap::new() };
    let mut moments = StdRng::seed_from_u64(SEED);
    let begun = Instant::now();
    for _ in 0..rounds() {
        let run = rounds_done.start(&site, &["hopper", "lamarr"]);
        witness.write_until(&site, Instant::now() + moments.random_range(Duration::ZERO..SPAN));
        site.server.kill();
        site.server.start_again();
        site.api.wait_for_index();
        witness.read_back(&site);
        rounds_done.check(&site, &run, &machines);
    }
    let (rounds, keys) = (rounds_done.done, witness.keys.len());
    say(&format!("{rounds} kills of the server in {:?}, {keys} acknowledged keys read back", begun.elapsed()));
}

/// On one host after the other: the server takes a burst of 30 reports from an agent, and then one a minute.
#[test]
fn the_agent_is_killed_at_random_moments() {
    let Some(site) = Site::new(1, []) else { return };
    let mut moments = StdRng::seed_from_u64(SEED + 1);
    let begun = Instant::now();
    let mut kills = 0;
    for name in ["noether", "franklin"] {
        let mut machines = [site.machine(name, &[])];
        let mut rounds_done = Rounds::new(&site);
        for _ in 0..rounds().div_ceil(2) {
            let run = rounds_done.start(&site, &[name]);
            std::thread::sleep(moments.random_range(Duration::ZERO..SPAN));
            machines[0].kill_agent();
            machines[0].start_agent();
            rounds_done.check(&site, &run, &machines);
        }
        kills += rounds_done.done;
    }
    say(&format!("{kills} kills of the agent in {:?}", begun.elapsed()));
}
