//! What an import costs: `import_cost FORMAT FILE` prints seconds, and the peak of memory above what the process had before.

use std::io::BufReader;
use std::time::Instant;

use fettle_catalog::import::{Format, read};

#[expect(clippy::print_stdout, reason = "a measurement is printed")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let format: Format = arguments.next().expect("a format").parse().expect("a known format");
    let file = fs_err::File::open(arguments.next().expect("a file")).expect("readable");
    let before = peak_kib();
    let started = Instant::now();
    let imported = read(format, BufReader::new(file)).expect("a good file");
    let seconds = started.elapsed().as_secs_f64();
    let records: u64 = imported.report.read.values().copied().max().unwrap_or_default();
    let peak = peak_kib() - before;
    println!("{}: {records} records at most, {seconds:.2} s, {} MiB above idle", format.name(), peak / 1_024);
}

/// The highest resident size so far (proc(5)).
fn peak_kib() -> u64 {
    let status = fs_err::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}
