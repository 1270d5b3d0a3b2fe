//! Changed check-ins of a large fleet, as they reach the index: ten packages of a machine in other versions, so many a
//! second, while the questions are asked one after the other. The database, which is the same whatever the size of the
//! fleet, has no part in it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use fettle_index::{AssetChange, Columns, ComponentId, Index};
use fettle_model::component::Component;
use fettle_store::Tx;
use rustc_hash::FxHashMap;

use super::answer::millis;
use super::assets::all_components;
use super::fettle::Asker;
use super::fleet::Opened;
use super::questions::Question;
use crate::process::own_pss;
use crate::table::{Bar, Table, mebibytes, micros, show};

/// Packages of one check-in.
const PACKAGES: usize = 10;
/// Machines that change, each several times.
const MACHINES: usize = 5_000;
/// Check-ins a second while questions are asked, and for how long.
const A_SECOND: u32 = 1_000;
const SECONDS: u32 = 20;
/// Check-ins in all, after which memory is looked at.
const ALL: u32 = 100_000;

/// One machine, and versions of its packages that it goes to and comes back from.
struct Machine {
    columns: Columns,
    here: Vec<ComponentId>,
    there: Vec<ComponentId>,
}

impl Machine {
    fn change(&mut self) -> AssetChange {
        std::mem::swap(&mut self.here, &mut self.there);
        self.columns.revision += 1;
        AssetChange {
            columns: self.columns.clone(),
            facts: None,
            added: self.here.clone(),
            removed: self.there.clone(),
        }
    }
}

/// Ends with an index that is not what the database says.
pub(crate) async fn measure(table: &mut Table, opened: &Opened, questions: &[Question]) -> anyhow::Result<()> {
    let index = &*opened.fleet.index;
    let mut machines = machines(opened).await?;
    anyhow::ensure!(!machines.is_empty(), "no machine has a package that another has in another version");
    let hosts = index.asset_count();
    show(&format!("  {} machines change {PACKAGES} packages each time", machines.len()));
    let before = own_pss()?;
    let asker = Asker { index, now: opened.as_of, scopes: &opened.scopes };
    let (mut times, asked) = while_asked(&asker, questions, || paced(index, &mut machines))?;
    times.sort_unstable();
    let mean = micros(times.iter().sum()) / f64::from(A_SECOND * SECONDS);
    let p99 = times[times.len() * 99 / 100];
    let what =
        format!("{hosts} hosts: {PACKAGES} changed packages applied, {A_SECOND} a second, questions beside: mean");
    table.add(&what, mean, None, "µs", Bar::AtMost(100.0));
    table.add(&format!("{hosts} hosts: the same, 99th percentile"), millis(p99), None, "ms", Bar::AtMost(5.0));
    let rate = f64::from(asked) / f64::from(SECONDS);
    table.add(&format!("{hosts} hosts: questions answered beside"), rate, None, "a second", Bar::None);
    let begun = Instant::now();
    for number in A_SECOND * SECONDS..ALL {
        apply(index, &mut machines, number);
    }
    let each = micros(begun.elapsed()) / f64::from(ALL - A_SECOND * SECONDS);
    table.add(
        &format!("{hosts} hosts: {PACKAGES} changed packages applied, nothing beside"),
        each,
        None,
        "µs",
        Bar::None,
    );
    let grown = mebibytes(own_pss()?.saturating_sub(before));
    table.add(&format!("{hosts} hosts: memory grown by {ALL} changed check-ins"), grown, None, "MiB", Bar::None);
    Ok(())
}

/// Asks the questions in turn for as long as `work` takes; gives how many were answered, too.
fn while_asked<T>(asker: &Asker<'_>, questions: &[Question], work: impl FnOnce() -> T) -> anyhow::Result<(T, u32)> {
    let (is_over, asked) = (AtomicBool::new(false), AtomicU32::new(0));
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            for question in questions.iter().cycle() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                asker.ask(question)?;
                asked.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
        let done = work();
        is_over.store(true, Ordering::Relaxed);
        asking.join().expect("it does not panic")?;
        Ok((done, asked.load(Ordering::Relaxed)))
    })
}

/// How long each took. One that is late does not make the next ones late: they follow at once.
fn paced(index: &Index, machines: &mut [Machine]) -> Vec<Duration> {
    let begun = Instant::now();
    let mut times = Vec::new();
    for number in 0..A_SECOND * SECONDS {
        let due = Duration::from_secs(1) * number / A_SECOND;
        if let Some(early) = due.checked_sub(begun.elapsed()) {
            std::thread::sleep(early);
        }
        times.push(apply(index, machines, number));
    }
    times
}

/// As a server does it: what will flip is found before the commit, and applied after it.
fn apply(index: &Index, machines: &mut [Machine], number: u32) -> Duration {
    let place = number as usize % machines.len();
    let change = machines[place].change();
    let begun = Instant::now();
    let preview = index.preview(change.columns.id, &change.added, &change.removed);
    index.change_asset(change, Some(preview));
    begun.elapsed()
}

/// From all over the fleet.
async fn machines(opened: &Opened) -> anyhow::Result<Vec<Machine>> {
    let fleet = &opened.fleet;
    let agents = fleet.agents.all();
    let step = (agents.len() / MACHINES).max(1);
    fleet
        .database
        .snapshot(async |read| {
            let others = Others::read(read).await?;
            let mut machines = Vec::new();
            for agent in agents.iter().step_by(step).take(MACHINES) {
                let (_, inventory) =
                    read.assets().find_with_inventory(agent.asset).await?.context("an agent has an asset")?;
                let columns = fleet.index.asset(agent.asset).context("the index has all assets")?.columns;
                machines.extend(others.machine(columns, &inventory.components));
            }
            anyhow::Ok(machines)
        })
        .await
}

/// Components of the same package in other versions.
struct Others {
    name: FxHashMap<u32, usize>,
    versions: Vec<Vec<u32>>,
}

impl Others {
    async fn read(read: &mut Tx) -> anyhow::Result<Self> {
        let mut by_name: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
        for (id, component) in all_components(read).await? {
            if let Component::Deb { name, arch, .. } = component {
                by_name.entry((name, arch)).or_default().push(id);
            }
        }
        let versions: Vec<Vec<u32>> = by_name.into_values().filter(|versions| versions.len() > 1).collect();
        let of =
            |(place, versions): (usize, &Vec<u32>)| versions.iter().map(move |id| (*id, place)).collect::<Vec<_>>();
        Ok(Self { name: versions.iter().enumerate().flat_map(of).collect(), versions })
    }

    /// `None`: it has too few packages of which there are several versions.
    fn machine(&self, columns: Columns, components: &[u32]) -> Option<Machine> {
        let other = |id: &u32| {
            let versions = &self.versions[*self.name.get(id)?];
            let next = versions.iter().position(|version| version == id)? + 1;
            Some((ComponentId(*id), ComponentId(versions[next % versions.len()])))
        };
        let found = components.iter().filter_map(other);
        let (here, there): (Vec<_>, Vec<_>) =
            found.filter(|(_, new)| !components.contains(&new.0)).take(PACKAGES).unzip();
        (here.len() == PACKAGES).then_some(Machine { columns, here, there })
    }
}
