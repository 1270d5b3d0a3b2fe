//! `fettle catalogue import`.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use fettle_catalog::import::{Format as FileFormat, detect, read, start_of};
use fettle_server::api::catalogue::report::{Changes, ImportReport};

use super::report::{show, to_json};
use crate::api::catalogue::ImportAnswer;
use crate::arguments::Connection;
use crate::command::Format;
use crate::failure::{Failure, Finding};
use crate::output::{print_json, print_json_text};
use crate::progress::Progress;
use crate::text::{bytes, thousands};

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    file: PathBuf,
    /// The file's format [default: found from its content]
    #[arg(long = "as", value_name = "FORMAT", value_parser = str::parse::<FileFormat>)]
    format_of_file: Option<FileFormat>,
    /// Read and report, store nothing; needs no server
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: Format,
}

/// A reader's report is no small thing to lose: what was dropped makes the exit code 1.
pub(crate) async fn run(connection: &Connection, import: Import) -> Result<Finding, Failure> {
    if import.dry_run { read_here(&import) } else { send(connection, &import).await }
}

fn cannot_read(file: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |source| Failure::File { operation: format!("{} cannot be read", file.display()), source }
}

fn read_here(import: &Import) -> Result<Finding, Failure> {
    let mut file = fs_err::File::open(&import.file).map_err(cannot_read(&import.file))?;
    let format = match import.format_of_file {
        Some(format) => format,
        None => detect(&start_of(&mut file).map_err(cannot_read(&import.file))?).ok_or_else(|| {
            let formats = FileFormat::ALL.map(FileFormat::name).join(", ");
            Failure::Argument(format!("{} is in no format that is known ({formats})", import.file.display()))
        })?,
    };
    let imported = read(format, BufReader::new(file))
        .map_err(|error| Failure::Catalogue { file: import.file.clone(), source: error })?;
    if import.format.json {
        print_json_text(&to_json(&imported).to_string());
    } else {
        show(format.name(), &ImportReport::from(&imported), None);
    }
    Ok((imported.report.dropped.total() > 0).into())
}

async fn send(connection: &Connection, import: &Import) -> Result<Finding, Failure> {
    let client = connection.client()?;
    let file = tokio::fs::File::open(&import.file).await.map_err(cannot_read(&import.file))?;
    let length = file.metadata().await.map_err(cannot_read(&import.file))?.len();
    let name = import.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut progress = Progress::start();
    progress.step(&format!("sending {name} ({}), which is then read and applied", bytes(length)));
    let mut query = vec![("fileName", name.as_str())];
    query.extend(import.format_of_file.map(|format| ("format", format.name())));
    let answer = client.upload::<ImportAnswer>("/v1/catalogue/imports", &query, file, length).await?;
    progress.finish();
    let found = answer.value.report.dropped.total > 0;
    if import.format.json {
        print_json(&answer);
    } else {
        let ImportAnswer { outcome, format, report, changes } = answer.value;
        show(&format, &report, changes.map(|changes| in_words(&outcome, changes)));
    }
    Ok(found.into())
}

fn in_words(outcome: &str, changes: Changes) -> String {
    let Changes { added, changed, unchanged, joined, withdrawn } = changes;
    let [added, changed, unchanged] = [added, changed, unchanged].map(|count| thousands(count as u64));
    let joined = if joined == 0 { String::new() } else { format!(" (offered to machines before: {joined})") };
    let withdrawn =
        if withdrawn == 0 { String::new() } else { format!("; {withdrawn} of them taken back by their vendor") };
    let text = format!("{added} patches added, {changed} changed{joined}, {unchanged} unchanged{withdrawn}");
    if outcome == "AlreadyImported" { format!("imported before, and then {text}") } else { text }
}
