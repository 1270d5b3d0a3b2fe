//! Simulated fleets: what judging costs with more hosts, with more variety, and for one new advisory.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::{Duration, Instant};

use fettle_catalog::debian::patches;
use fettle_catalog::judge::{AssetView, judge};
use fettle_index::{Columns, Index, MachineFacts, PatchEntry};
use fettle_model::component::Component;
use fettle_simulate::{Host, Image, images};

use super::millis;
use super::population::{Population, asset_id, entries};
use crate::table::{Bar, Table, show};

/// Packages of the smallest and of the largest image: of hosts that are compared, and of the large fleet.
const PACKAGES: (usize, usize) = (660, 740);
const PACKAGES_OF_MANY: (usize, usize) = (300, 400);
/// Updates that hosts are behind.
const BEHIND: usize = 12;
/// Sources with advisories, and how many each of them has had: hosts have up to three updates of a source.
const SOURCES: usize = 150;
const ADVISORIES: u32 = 6;
/// Hosts of the large fleet, and new advisories that come to it one after the other.
const MANY: u32 = 100_000;
const NEW: usize = 20;
/// The best counts: what else the machine does comes and goes.
const RUNS: usize = 10;

pub(super) fn measure(table: &mut Table, seed: u64) -> anyhow::Result<()> {
    let of_debian = |seed| debian(images(seed, PACKAGES.0, PACKAGES.1));
    let kinds = of_debian(seed);
    let known = advisories(&kinds, 0, 1..=ADVISORIES, &(0..SOURCES))?;
    show(&format!("Fleets, {} patches", known.len()));

    let thousand = population(1_000, seed, std::slice::from_ref(&kinds));
    let plain = by_plain_evaluator(&thousand, &known);
    let judged = thousand.judging(RUNS, &known);
    table.add(&what(&thousand, "every patch"), millis(judged), Some(millis(plain)), "ms", Bar::None);
    let more = population(10_000, seed, std::slice::from_ref(&kinds));
    let bar = Bar::AtMost(2.0 * millis(judged));
    table.add(&what(&more, "every patch"), millis(more.judging(RUNS, &known)), Some(millis(judged)), "ms", bar);
    drop(more);
    let all_kinds: Vec<_> = (0..10).map(|kind| of_debian(seed + 1_000 * kind)).collect();
    let varied = population(1_000, seed, &all_kinds);
    let bar = Bar::AtMost(12.0 * millis(judged));
    table.add(&what(&varied, "every patch"), millis(varied.judging(RUNS, &known)), Some(millis(judged)), "ms", bar);
    drop((varied, thousand));
    new_advisories(table, seed)
}

/// Hosts with advisories of their sources, and what else `host` says of each.
pub(crate) fn large_fleet(
    hosts: u32,
    seed: u64,
    host: impl Fn(u32) -> (Columns, MachineFacts),
) -> anyhow::Result<Index> {
    let kinds = debian(images(seed, PACKAGES_OF_MANY.0, PACKAGES_OF_MANY.1));
    let index = population(hosts, seed, std::slice::from_ref(&kinds)).index_of(host);
    index.load_patches(advisories(&kinds, 0, 1..=ADVISORIES, &(0..SOURCES))?);
    Ok(index)
}

/// New advisories, each of which concerns nearly every host, one after the other.
fn new_advisories(table: &mut Table, seed: u64) -> anyhow::Result<()> {
    let kinds = debian(images(seed, PACKAGES_OF_MANY.0, PACKAGES_OF_MANY.1));
    let many = population(MANY, seed, std::slice::from_ref(&kinds));
    let index = many.index();
    let known = advisories(&kinds, 0, 1..=ADVISORIES, &(0..SOURCES))?;
    let first = known.len();
    index.load_patches(known);
    let mut times = Vec::with_capacity(NEW);
    for source in 0..NEW {
        let level = ADVISORIES + 1;
        // One patch for each release.
        let advisory = advisories(&kinds, first + 3 * source, level..=level, &(source..source + 1))?;
        let begun = Instant::now();
        for entry in advisory {
            index.put_patch(entry);
        }
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    for (name, time) in [("middle", times[NEW / 2]), ("slowest", times[NEW - 1])] {
        let what = what(&many, &format!("a new advisory, the {name} of {NEW}"));
        table.add(&what, millis(time), None, "ms", Bar::AtMost(5.0));
    }
    Ok(())
}

fn what(population: &Population, what: &str) -> String {
    format!("{what}, {} hosts, {} distinct components", population.hosts(), population.distinct())
}

/// Debian's security team speaks of Debian alone.
fn debian(images: Vec<Image>) -> Vec<Image> {
    images.into_iter().filter(|image| image.archive.os_id == "debian").collect()
}

/// Hosts of each set of images in turn.
fn population(hosts: u32, seed: u64, kinds: &[Vec<Image>]) -> Population {
    let host = |number: u32| -> Vec<Component> {
        let number = number as usize;
        let images = &kinds[number % kinds.len()];
        Host::new(seed, number as u64, &images[number / kinds.len() % images.len()], BEHIND).components()
    };
    Population::new((0..hosts).map(host))
}

/// A list of advisories, and what the catalogue makes of it: of each source one for each level, with a line for each release.
fn advisories(
    images: &[Image],
    first: usize,
    levels: impl IntoIterator<Item = u32>,
    sources: &Range<usize>,
) -> anyhow::Result<Vec<PatchEntry>> {
    let mut archives: Vec<_> = images.iter().map(|image| &image.archive).collect();
    archives.dedup_by_key(|archive| archive.codename);
    let mut list = String::new();
    for level in levels {
        for source in sources.clone() {
            let name = &archives[0].sources[source].name;
            let (advisory, cve) = (10_000 * level as usize + source, 1_000 * level as usize + source);
            writeln!(list, "[01 Jan 2026] DSA-{advisory}-1 {name} - security update")?;
            writeln!(list, "\t{{CVE-2026-{cve:05}}}")?;
            for archive in &archives {
                let (codename, source) = (archive.codename, &archive.sources[source]);
                writeln!(list, "\t[{codename}] - {} {}", source.name, source.version(archive, level))?;
            }
        }
    }
    let (read, _) = patches::read(list.as_bytes())?;
    Ok(entries(first, read))
}

fn by_plain_evaluator(population: &Population, entries: &[PatchEntry]) -> Duration {
    let hosts: Vec<_> = (0..population.hosts() as usize).map(|host| population.components_of(host)).collect();
    let begun = Instant::now();
    for (number, components) in hosts.iter().enumerate() {
        let view = AssetView::new(components);
        for entry in entries {
            std::hint::black_box(judge(&entry.rule, asset_id(number), &view));
        }
    }
    begun.elapsed()
}
