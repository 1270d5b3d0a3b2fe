//! The processes that are measured: Fettle's server, the floor under its check-ins (the same stack, answering a fixed
//! body), the floor under its commits (the same SQLite, one blob each), and the import of one file.
//!
//! Each prints one line of JSON once it is ready, and ends with its standard input.

mod commits;
mod fettle;
mod floor;
mod import;

use std::path::PathBuf;

use clap::Parser;
use tokio::io::AsyncReadExt as _;

// As in `fettle`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Debug, Parser)]
enum Mode {
    Fettle {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        database: Option<String>,
    },
    Floor {
        /// Holds `ca.der`, `server.der` and `server.key`.
        #[arg(long)]
        keys: PathBuf,
        /// Bytes of each answer.
        #[arg(long)]
        answer: usize,
    },
    Commits {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        payload: usize,
        #[arg(long)]
        commits: u32,
        #[arg(long)]
        batch: u32,
    },
    Import {
        /// Name of a format, or `packages`.
        #[arg(long)]
        format: String,
        #[arg(long)]
        file: PathBuf,
    },
    /// As in `fettle`.
    EstimatePassword,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match Mode::parse() {
        Mode::Fettle { data, database } => fettle::run(data, database).await,
        Mode::Floor { keys, answer } => floor::run(&keys, answer).await,
        Mode::Commits { data, payload, commits, batch } => commits::run(&data, payload, commits, batch).await,
        Mode::Import { format, file } => import::run(&format, &file).await,
        Mode::EstimatePassword => {
            Ok(fettle_fleet::access::guessing::answer(std::io::stdin().lock(), std::io::stdout().lock())?)
        }
    }
}

#[expect(clippy::print_stdout, reason = "the line that the measuring process waits for")]
fn ready(line: &serde_json::Value) {
    println!("{line}");
}

/// Until the measuring process closes the pipe, or is gone.
async fn until_told() {
    let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
}
