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
use rustix::time::{ClockId, clock_gettime};

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
    /// All that it has, sorted, and all that it will have after the next change.
    held: Vec<u32>,
    next: Vec<u32>,
}

impl Machine {
    /// The change from `held` to `next`.
    fn change(&mut self) -> AssetChange {
        self.columns.revision += 1;
        AssetChange {
            columns: self.columns.clone(),
            facts: None,
            added: self.there.clone(),
            removed: self.here.clone(),
        }
    }

    fn note_changed(&mut self) {
        std::mem::swap(&mut self.here, &mut self.there);
        std::mem::swap(&mut self.held, &mut self.next);
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
    let what = format!("{hosts} hosts: {PACKAGES} changed packages applied");
    let mut number = 0;
    let mut change = || {
        number += 1;
        apply(index, &mut machines, number)
    };
    let begun = Instant::now();
    for _ in 0..ALL - 2 * A_SECOND * SECONDS {
        change();
    }
    let each = micros(begun.elapsed()) / f64::from(ALL - 2 * A_SECOND * SECONDS);
    table.add(&format!("{what}, one after the other"), each, None, "µs", Bar::None);
    let alone = Times::of(paced(&mut change));
    // Slower than one after the other: in between the core rests, and so do its caches.
    table.add(&format!("{what}, {A_SECOND} a second: mean"), alone.mean, None, "µs", Bar::None);

    let asker = Asker { index, now: opened.as_of, scopes: &opened.scopes };
    let (times, asked) = while_asked(&asker, questions, || paced(&mut change))?;
    let beside = Times::of(times);
    // As much work that needs nothing of the index: what the cores, which the questions keep busy, take of it.
    let work = Duration::from_secs_f64(alone.mean / 1_000_000.0);
    let (times, _) = while_asked(&asker, questions, || paced(&mut || busy(work)))?;
    let floor = Times::of(times);
    let what = format!("{what}, {A_SECOND} a second, questions beside");
    table.add(&format!("{what}: mean"), beside.mean, Some(floor.mean), "µs", Bar::AtMost(100.0));
    table.add(&format!("{what}: 99th percentile"), beside.p99, Some(floor.p99), "ms", Bar::AtMost(5.0));
    let rate = f64::from(asked) / f64::from(SECONDS);
    table.add(&format!("{hosts} hosts: questions answered beside"), rate, None, "a second", Bar::None);
    let grown = mebibytes(own_pss()?.saturating_sub(before));
    table.add(&format!("{hosts} hosts: memory grown by {ALL} changed check-ins"), grown, None, "MiB", Bar::None);
    Ok(())
}

/// How long things took.
struct Times {
    /// µs.
    mean: f64,
    /// ms.
    p99: f64,
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let mean = micros(times.iter().sum()) / f64::from(A_SECOND * SECONDS);
        Self { mean, p99: millis(times[times.len() * 99 / 100]) }
    }
}

/// Work of so much time on a core, and how long it took.
fn busy(work: Duration) -> Duration {
    let on_core = || {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs().try_into().expect("below a second"))
    };
    let (begun, end) = (Instant::now(), on_core() + work);
    while on_core() < end {
        std::hint::spin_loop();
    }
    begun.elapsed()
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
fn paced(work: &mut impl FnMut() -> Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let mut times = Vec::new();
    for number in 0..A_SECOND * SECONDS {
        let due = Duration::from_secs(1) * number / A_SECOND;
        if let Some(early) = due.checked_sub(begun.elapsed()) {
            std::thread::sleep(early);
        }
        times.push(work());
    }
    times
}

/// As a server does it: what will flip is found before the commit, and applied after it.
fn apply(index: &Index, machines: &mut [Machine], number: u32) -> Duration {
    let place = number as usize % machines.len();
    let machine = &mut machines[place];
    let change = machine.change();
    let begun = Instant::now();
    let has = |component: ComponentId| machine.held.binary_search(&component.0).is_ok();
    let preview = index.preview(change.columns.id, has, &change.added, &change.removed);
    index.change_asset(change, Some(preview));
    let taken = begun.elapsed();
    machine.note_changed();
    taken
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
        let mut next: Vec<u32> = components.iter().copied().filter(|id| !here.contains(&ComponentId(*id))).collect();
        next.extend(there.iter().map(|id: &ComponentId| id.0));
        next.sort_unstable();
        (here.len() == PACKAGES).then(|| Machine { columns, here, there, held: components.to_vec(), next })
    }
}
