//! What a fleet costs as it grows: each size in a process of its own that only opens and asks it, so that memory is that
//! of one fleet alone.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::comparison::{Answered, alone, make};
use crate::process;
use crate::table::{Bar, Table, show};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
pub(crate) const DOCUMENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

/// One size.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Point {
    hosts: u32,
    index_seconds: f64,
    /// Bytes that agents and index take, with components and patches that all hosts share, by hosts.
    bytes_per_host: f64,
    questions: Vec<Asked>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    name: String,
    /// Milliseconds of the middle answer.
    middle: f64,
}

/// Measures every size and writes growth.svg and growth.md into `documents`.
pub(crate) async fn measure(
    table: &mut Table,
    sizes: &[u32],
    (seed, data): (u64, Option<&Path>),
    documents: &Path,
) -> anyhow::Result<()> {
    let temporary = tempfile::tempdir()?;
    let data = data.unwrap_or_else(|| temporary.path());
    let mut points = Vec::with_capacity(sizes.len());
    for hosts in sizes {
        show(&format!("{hosts} hosts"));
        make((*hosts, seed), data).await?;
        let point = in_a_process(*hosts, seed, data).await?;
        table.add(&format!("{hosts} hosts: index rebuilt"), point.index_seconds, None, "s", Bar::None);
        table.add(&format!("{hosts} hosts: memory of each"), point.bytes_per_host, None, "bytes", Bar::None);
        for asked in &point.questions {
            table.add(&format!("{hosts} hosts, {}", asked.name), asked.middle, None, "ms", Bar::None);
        }
        points.push(point);
    }
    draw(&points, documents)
}

async fn in_a_process(hosts: u32, seed: u64, data: &Path) -> anyhow::Result<Point> {
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.args(["--growth-of", &hosts.to_string(), "--seed", &seed.to_string()]).arg("--data").arg(data);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await?;
    anyhow::ensure!(output.status.success(), "measuring {hosts} hosts ended with {}", output.status);
    // Before it stand lines for whoever waits.
    let text = String::from_utf8(output.stdout)?;
    let line = text.lines().last().context("nothing was measured")?;
    Ok(serde_json::from_str(line)?)
}

/// Measures one size in this process, and prints it as the last line.
pub(crate) async fn one(hosts: u32, seed: u64, data: Option<&Path>) -> anyhow::Result<()> {
    let data = data.context("--growth-of asks a fleet that is in --data")?;
    let before = process::own_pss()?;
    let mut after = before;
    let measured = alone((hosts, seed), data, || {
        after = process::own_pss()?;
        Ok(())
    })
    .await?;
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let bytes = after.saturating_sub(before) as f64;
    let asked = |answered: &Answered| Asked { name: answered.name.clone(), middle: answered.middle() };
    let point = Point {
        hosts,
        index_seconds: measured.index_loaded.as_secs_f64(),
        bytes_per_host: bytes / f64::from(hosts),
        questions: measured.questions.iter().map(asked).collect(),
    };
    show(&serde_json::to_string(&point)?);
    Ok(())
}

fn draw(points: &[Point], documents: &Path) -> anyhow::Result<()> {
    let mut child = Command::new("python3")
        .arg("benches/growth.py")
        .arg(std::path::absolute(documents)?)
        .current_dir(REPOSITORY)
        .stdin(Stdio::piped())
        .spawn()
        .context("python3 cannot be started")?;
    child.stdin.take().context("it is a pipe")?.write_all(&serde_json::to_vec(points)?)?;
    let status = child.wait()?;
    anyhow::ensure!(status.success(), "benches/growth.py ended with {status}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_and_a_page_are_made_of_what_was_measured() {
        let point = |hosts: u32, middle: f64| Point {
            hosts,
            index_seconds: f64::from(hosts) / 50_000.0,
            bytes_per_host: 2_900.0,
            questions: vec![
                Asked { name: "count".to_owned(), middle },
                Asked { name: "group by component".to_owned(), middle: middle * 40.0 },
            ],
        };
        let folder = tempfile::tempdir().expect("a folder");
        draw(&[point(10_000, 0.02), point(100_000, 0.11), point(1_000_000, 1.3)], folder.path()).expect("drawn");
        let picture = fs_err::read_to_string(folder.path().join("growth.svg")).expect("a picture");
        assert!(picture.starts_with("<svg ") && picture.contains("group by component"), "{picture}");
        assert_eq!(picture.matches("<polyline").count(), 4, "two questions, memory and start");
        let page = fs_err::read_to_string(folder.path().join("growth.md")).expect("a page");
        assert!(page.contains("growth.svg") && page.contains("| count | 0.02 | 0.11 | 1.3 |"), "{page}");
    }
}
