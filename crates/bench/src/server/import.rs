//! One import, so that its peak of memory is its own.

use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use fettle_catalog::apt::packages;
use fettle_catalog::import::{self, Format};
use serde_json::json;

/// A Packages index is no file for imports: the server fetches it with its repository.
const PACKAGES: &str = "packages";

pub(crate) async fn run(format: &str, file: &Path) -> anyhow::Result<()> {
    let before = peak()?;
    let begun = Instant::now();
    let records = if format == PACKAGES { packages(file)? } else { records(format.parse()?, file)? };
    let seconds = begun.elapsed().as_secs_f64();
    super::ready(&json!({ "records": records, "seconds": seconds, "peak": peak()?.saturating_sub(before) }));
    super::until_told().await;
    Ok(())
}

/// What the format has most of.
fn records(format: Format, file: &Path) -> anyhow::Result<u64> {
    let imported = import::read(format, BufReader::new(fs_err::File::open(file)?))?;
    Ok(imported.report.read.values().copied().max().unwrap_or_default())
}

fn packages(file: &Path) -> anyhow::Result<u64> {
    let mut unpacked = Vec::new();
    lzma_rust2::XzReader::new(BufReader::new(fs_err::File::open(file)?), true).read_to_end(&mut unpacked)?;
    let (packages, _) = packages::read(unpacked.as_slice(), |_| true)?;
    Ok(u64::try_from(packages.len())?)
}

/// The highest resident size so far, in bytes (proc(5)).
fn peak() -> anyhow::Result<u64> {
    let status = fs_err::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("a peak")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib * 1024)
}
