//! Detection: imports, one host judged, fleets and new advisories in the index.

pub(crate) mod fleets;
mod imports;
mod one_host;
mod population;

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::table::{Table, show};

/// Where the real vendor files are beside a checkout.
pub(crate) const VENDOR_FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

pub(crate) async fn measure(table: &mut Table, vendor_files: &Path, seed: u64) -> anyhow::Result<()> {
    if vendor_files.exists() {
        imports::measure(table, vendor_files).await?;
        one_host::measure(table, vendor_files)?;
    } else {
        show(&format!("left out: imports and one host, for there is no {}", vendor_files.display()));
    }
    fleets::measure(table, seed)
}

/// The least time of so many runs: what the work costs when nothing else is done meanwhile.
fn least<T>(runs: usize, mut work: impl FnMut() -> T) -> Duration {
    let time = || {
        let begun = Instant::now();
        black_box(work());
        begun.elapsed()
    };
    std::iter::repeat_with(time).take(runs).min().unwrap_or_default()
}

const fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
