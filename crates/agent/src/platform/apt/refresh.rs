//! Refreshing the agent's lists, and telling for each repository how that went. apt leaves some failures at exit code
//! 0 and names repositories in its messages only, so these are read (`test-hosts.md` 5).

use std::io;
use std::path::Path;

use fettle_model::Repository;
use fettle_wire::Code;
use fettle_wire::message::report::Refresh;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::state::{Answer, AptState, StateError};
use super::targets::{self, Source, Target, without_password};

/// Longest text kept of one repository's failure, in characters.
const TEXT_LIMIT: usize = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error("the lists in the agent's folder could not be read or replaced")]
    Lists(#[source] io::Error),
    #[error("apt does not read the machine's sources: {0}")]
    Sources(String),
}

/// How the last refresh went; kept so that the next scan without one tells the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefreshRecord {
    pub at: Timestamp,
    pub failures: Vec<SourceFailure>,
    /// Messages that name no repository.
    pub general: Option<String>,
    pub too_large: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceFailure {
    pub list_prefix: String,
    pub kind: FailureKind,
    pub text: String,
    /// The machine's own lists were newer and are in use.
    pub machine_lists: bool,
}

/// Ordered by how much it matters when several messages name one repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FailureKind {
    RepositoryUnreachable,
    AccessDenied,
    RepositoryStale,
    RepositoryUntrusted,
}

impl FailureKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::RepositoryUnreachable => "RepositoryUnreachable",
            Self::AccessDenied => "AccessDenied",
            Self::RepositoryStale => "RepositoryStale",
            Self::RepositoryUntrusted => "RepositoryUntrusted",
        }
    }
}

impl RefreshRecord {
    pub fn is_due(&self, now: Timestamp, interval: SignedDuration) -> bool {
        now.duration_since(self.at) >= interval || self.at > now
    }
}

/// Every repository that the machine has configured.
pub fn sources(state: &AptState) -> Result<Vec<Source>, RefreshError> {
    let answer = state.ask("apt-get", ["update", "--print-uris"])?;
    if !answer.succeeded() {
        return Err(RefreshError::Sources(answer.complaint()));
    }
    Ok(targets::parse_sources(&answer.stdout))
}

/// Fetches the lists of all `sources`; of those that fail, the machine's own lists are taken over where newer.
pub fn refresh(state: &AptState, sources: &[Source], now: Timestamp) -> Result<RefreshRecord, RefreshError> {
    let answer = state.ask("apt-get", ["update"])?;
    let (mut failures, general) = read_failures(&answer, sources);
    for failure in &mut failures {
        let prefix = failure.list_prefix.clone();
        failure.machine_lists = take_over(state, &prefix).map_err(RefreshError::Lists)?;
    }
    let too_large = state.lists_size().map_err(RefreshError::Lists)? > super::state::LISTS_LIMIT;
    if too_large {
        state.remove_lists().map_err(RefreshError::Lists)?;
    }
    Ok(RefreshRecord { at: now, failures, general, too_large })
}

/// Failures per repository, and what names none. Pure, so that apt's messages of every kind are test cases.
pub fn read_failures(answer: &Answer, sources: &[Source]) -> (Vec<SourceFailure>, Option<String>) {
    let mut failures: Vec<SourceFailure> = Vec::new();
    let mut general = Vec::new();
    for message in messages(&answer.stderr) {
        let is_error = message.starts_with("E: ");
        let named: Vec<&Source> = sources.iter().filter(|source| source.is_named_in(&message)).collect();
        if named.is_empty() {
            if is_error && !message.contains("Some index files failed to download") {
                general.push(without_password(&message[3..]));
            }
            continue;
        }
        let Some(kind) = classify(&message, is_error) else { continue };
        for source in named {
            note(&mut failures, source, kind, &message[3..]);
        }
    }
    if !answer.succeeded() && failures.is_empty() && general.is_empty() {
        general.push(format!("apt-get update ended with code {:?} and said nothing", answer.code));
    }
    (failures, (!general.is_empty()).then(|| general.join("\n")))
}

/// Messages with their indented continuation lines.
fn messages(stderr: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for line in stderr.lines() {
        match all.last_mut() {
            Some(last) if line.starts_with(' ') => {
                last.push('\n');
                last.push_str(line.trim());
            }
            _ if line.starts_with("E: ") || line.starts_with("W: ") => all.push(line.to_owned()),
            _ => {}
        }
    }
    all
}

fn classify(message: &str, is_error: bool) -> Option<FailureKind> {
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&["is expired", "is not valid yet"]) {
        Some(FailureKind::RepositoryStale)
    } else if has(&[
        "is not signed",
        "no longer signed",
        "GPG error",
        "signature verification",
        "NO_PUBKEY",
        "invalid signature",
        "Clearsigned file isn't valid",
        "Hash Sum mismatch",
        "unexpected size",
        "Conflicting distribution",
        "changed its '",
    ]) && (is_error || !has(&["Conflicting distribution"]))
    {
        Some(FailureKind::RepositoryUntrusted)
    } else if has(&["Permission denied"]) {
        Some(FailureKind::AccessDenied)
    } else if is_error || has(&["Failed to fetch"]) {
        Some(FailureKind::RepositoryUnreachable)
    } else {
        None
    }
}

fn note(failures: &mut Vec<SourceFailure>, source: &Source, kind: FailureKind, text: &str) {
    let text = fettle_model::text::cleaned(&without_password(text), TEXT_LIMIT);
    match failures.iter_mut().find(|failure| failure.list_prefix == source.list_prefix) {
        Some(known) if known.kind >= kind => {}
        Some(known) => {
            known.kind = kind;
            known.text = text;
        }
        None => {
            failures.push(SourceFailure { list_prefix: source.list_prefix.clone(), kind, text, machine_lists: false });
        }
    }
}

/// Copies the machine's lists of one repository when they are newer than the agent's own. Says whether it did.
fn take_over(state: &AptState, prefix: &str) -> io::Result<bool> {
    let (own, machine) = (state.lists(), state.machine_lists());
    let date = |folder: &Path| -> io::Result<Option<Timestamp>> {
        for name in ["InRelease", "Release"] {
            let path = folder.join(format!("{prefix}{name}"));
            if path.exists() {
                return Ok(targets::release_dates(&path)?.date);
            }
        }
        Ok(None)
    };
    let (own_date, machine_date) = (date(&own)?, date(&machine)?);
    if machine_date.is_none() || machine_date <= own_date {
        return Ok(false);
    }
    for entry in fs_err::read_dir(&machine)? {
        let entry = entry?;
        let name = entry.file_name();
        let belongs = name.to_str().is_some_and(|name| name.strip_prefix(prefix).is_some_and(is_list_of_prefix));
        if belongs {
            fs_err::copy(entry.path(), own.join(&name))?;
        }
    }
    Ok(true)
}

/// `main_binary-amd64_Packages.lz4`, `InRelease` …, but not another distribution whose name begins alike.
fn is_list_of_prefix(rest: &str) -> bool {
    rest == "InRelease" || rest == "Release" || rest == "Release.gpg" || rest.contains("_Packages")
}

/// One line per repository and component for the report; repositories without lists have what their source says.
pub fn lines(
    state: &AptState,
    sources: &[Source],
    targets: &[Target],
    record: &RefreshRecord,
    now: Timestamp,
) -> Result<Vec<Refresh>, RefreshError> {
    let mut lines = Vec::new();
    for source in sources {
        let failure = record.failures.iter().find(|failure| failure.list_prefix == source.list_prefix);
        let release = source.release_file(&state.lists());
        let dates = match &release {
            Some(path) => targets::release_dates(path).map_err(RefreshError::Lists)?,
            None => targets::ReleaseDates::default(),
        };
        // A machine may switch apt's own check off; a mirror that lags is called so all the same.
        let overdue = dates.valid_until.is_some_and(|until| until < now);
        let (result, text) = match failure {
            Some(failure) => (failure.kind.name(), Some(failure.text.clone())),
            None if overdue => {
                (FailureKind::RepositoryStale.name(), Some("its lists are past their Valid-Until date".to_owned()))
            }
            None if release.is_none() => {
                let text = record.general.clone().unwrap_or_else(|| "its lists were never fetched".to_owned());
                (FailureKind::RepositoryUnreachable.name(), Some(text))
            }
            None => ("Ok", None),
        };
        let lists = match (&release, failure) {
            (None, _) => "None",
            (Some(_), Some(failure)) if failure.machine_lists => "Machine",
            (Some(_), _) => "Own",
        };
        for repo in repositories(source, targets) {
            lines.push(Refresh {
                repo,
                result: result.to_owned(),
                text: text.clone(),
                list_date: dates.date,
                valid_until: dates.valid_until,
                lists: lists.to_owned(),
                uri: Some(without_password(&source.uri)),
                distribution: Some(source.distribution.clone()),
            });
        }
    }
    Ok(lines)
}

pub fn repositories(source: &Source, targets: &[Target]) -> Vec<Repository> {
    let mut found: Vec<Repository> = targets
        .iter()
        .filter(|target| target.uri == source.uri && target.distribution == source.distribution)
        .map(|target| target.repository.clone())
        .collect();
    found.sort();
    found.dedup();
    if found.is_empty() {
        found.push(Repository {
            origin: targets::host(&source.uri),
            label: String::new(),
            suite: source.distribution.clone(),
            component: String::new(),
        });
    }
    found
}

/// The code of a scan that has no lists at all, if that is so.
pub fn fatal(record: &RefreshRecord, lines: &[Refresh]) -> Option<(Code, String)> {
    if record.too_large {
        return Some((Code::ListsTooLarge, "the machine's repositories have lists of more than 500 MB".to_owned()));
    }
    if lines.is_empty() || lines.iter().all(|line| line.lists == "None") {
        let mut texts: Vec<String> = record.general.iter().cloned().collect();
        texts.extend(lines.iter().filter_map(|line| line.text.clone()));
        if lines.is_empty() && texts.is_empty() {
            texts.push("the machine has no repository configured".to_owned());
        }
        texts.dedup();
        return Some((Code::RefreshFailedAll, texts.join("\n")));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(stderr: &str, code: i32) -> Answer {
        Answer { stdout: String::new(), stderr: stderr.to_owned(), code: Some(code) }
    }

    fn source() -> Vec<Source> {
        targets::parse_sources("'http://127.0.0.1:80/r/dists/test/InRelease' 127.0.0.1_r_dists_test_InRelease 0 \n")
    }

    #[test]
    fn every_message_of_apt_has_its_kind() {
        let cases = [
            (
                "E: Failed to fetch http://127.0.0.1:80/r/dists/test/InRelease  Could not connect\nE: Some index files failed to download. They have been ignored, or old ones used instead.\n",
                100,
                FailureKind::RepositoryUnreachable,
            ),
            (
                "E: Release file for http://127.0.0.1:80/r/dists/test/InRelease is expired (invalid since 3d).\n",
                100,
                FailureKind::RepositoryStale,
            ),
            (
                "W: GPG error: http://127.0.0.1:80/r test InRelease: no key: NO_PUBKEY 1\nE: The repository 'http://127.0.0.1:80/r test InRelease' is not signed.\n",
                100,
                FailureKind::RepositoryUntrusted,
            ),
            (
                "W: An error occurred during the signature verification. The repository is not updated and the previous index files will be used. GPG error: http://127.0.0.1:80/r test InRelease: invalid\n",
                0,
                FailureKind::RepositoryUntrusted,
            ),
            (
                "E: Failed to fetch http://127.0.0.1:80/r/dists/test/main/binary-amd64/Packages.gz  File has unexpected size (1 != 2). Mirror sync in progress?\n   Hashes of expected file:\n    - SHA256:00\n",
                100,
                FailureKind::RepositoryUntrusted,
            ),
        ];
        for (stderr, code, kind) in cases {
            let (failures, general) = read_failures(&answer(stderr, code), &source());
            assert_eq!(failures.len(), 1, "{stderr}");
            assert_eq!(failures[0].kind, kind, "{stderr}");
            assert_eq!(general, None, "{stderr}");
        }
    }

    #[test]
    fn what_names_no_repository_is_not_lost() {
        let (failures, general) = read_failures(&answer("E: Could not get lock /x/lock.\n", 100), &source());
        assert!(failures.is_empty());
        assert_eq!(general.as_deref(), Some("Could not get lock /x/lock."));
        let (_, general) = read_failures(&answer("", 100), &source());
        assert!(general.is_some());
        assert_eq!(read_failures(&answer("W: something harmless\n", 0), &source()), (Vec::new(), None));
    }
}
