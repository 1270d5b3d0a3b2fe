//! One suite: InRelease, then the Packages index of each architecture that has something to confirm (`catalogue.md` 3,
//! 5.1).

use std::collections::BTreeSet;
use std::io::{BufReader, Read};

use fettle_catalog::apt::control::ControlError;
use fettle_catalog::apt::packages::{self, IndexedPackage};
use fettle_catalog::apt::release::{self, IndexEntry, Keyring, MAX_BYTES, Release, ReleaseError};
use fettle_fleet::catalogue::repositories::ReportedRepository;
use jiff::Timestamp;

use super::fetch::{FetchError, get, get_known};
use crate::state::AppState;

/// Limits of one index, packed and unpacked, in bytes (`catalogue.md` 2).
const MAX_PACKED: u64 = 64 << 20;
const MAX_UNPACKED: u64 = 512 << 20;

#[derive(Debug, thiserror::Error)]
pub(super) enum AptError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Release(#[from] ReleaseError),
    #[error("the suite calls itself {found}, not {expected}")]
    OtherSuite { expected: String, found: String },
    #[error("FEED_INCOMPLETE: the suite lists no Packages index for {0}")]
    NoIndex(String),
    #[error("FEED_TOO_LARGE: {0}")]
    TooLarge(String),
    #[error("FEED_MALFORMED: {path}")]
    Index { path: String, source: ControlError },
    #[error("what was confirmed could not be stored")]
    Store(#[from] fettle_store::StoreError),
    #[error("an index could not be read to its end")]
    Interrupted,
}

/// Reads the suite and confirms what it lists. Gives the date of its Release file and how many packages that confirmed.
pub(super) async fn confirm(
    app: &AppState,
    client: &reqwest::Client,
    keyring: &Keyring,
    reported: &ReportedRepository,
    accepted: Option<Timestamp>,
) -> Result<(Timestamp, usize), AptError> {
    let base = format!("{}/dists/{}", reported.uri.trim_end_matches('/'), reported.distribution);
    let in_release = get(client, &format!("{base}/InRelease"), MAX_BYTES).await?;
    let release = release::read(&in_release, keyring, app.fleet.clock.now(), accepted)?;
    check_name(reported, &release)?;
    let mut confirmed = 0;
    for architecture in app.fleet.unconfirmed(&reported.repository) {
        let entry = find_index(&release, &reported.repository.component, &architecture)?;
        let packed = get_known(client, &address(&base, &release, entry), size(entry)?, entry.sha256).await?;
        let path = entry.path.clone();
        let wanted = app.fleet.unconfirmed_names(&reported.repository);
        let read = tokio::task::spawn_blocking(move || read_index(&path, &packed, &wanted));
        let indexed = read.await.map_err(|_| AptError::Interrupted)??;
        confirmed += app.fleet.confirm(&reported.repository, &indexed).await?;
    }
    Ok((release.date, confirmed))
}

/// A signed suite vouches for its own packages only, not for those of another that an agent put in its place.
fn check_name(reported: &ReportedRepository, release: &Release) -> Result<(), AptError> {
    let expected = &reported.repository;
    if (&release.origin, &release.label, &release.suite) == (&expected.origin, &expected.label, &expected.suite) {
        return Ok(());
    }
    let found = format!("{}/{}/{}", release.origin, release.label, release.suite);
    Err(AptError::OtherSuite { expected: expected.to_string(), found })
}

/// The best packed index that this reader knows. Packages of architecture `all` stand in every one of them.
fn find_index<'a>(release: &'a Release, component: &str, architecture: &str) -> Result<&'a IndexEntry, AptError> {
    let matches = |entry: &&IndexEntry, ending: &str| {
        let Some(folder) = entry.path.strip_suffix(&format!("/Packages{ending}")) else { return false };
        let Some((parts, binary)) = folder.rsplit_once('/') else { return false };
        let of_component = parts == component || parts.ends_with(&format!("/{component}"));
        let of_architecture = match architecture {
            "all" => binary.starts_with("binary-") && binary != "binary-all",
            other => binary == format!("binary-{other}"),
        };
        of_component && of_architecture && !folder.contains("debian-installer")
    };
    [".xz", ".gz", ""]
        .iter()
        .find_map(|ending| release.indexes.iter().find(|entry| matches(entry, ending)))
        .ok_or_else(|| AptError::NoIndex(format!("{component}/{architecture}")))
}

fn address(base: &str, release: &Release, entry: &IndexEntry) -> String {
    match entry.path.rsplit_once('/') {
        Some((folder, _)) if release.by_hash => format!("{base}/{folder}/by-hash/SHA256/{}", entry.sha256.hex()),
        _ => format!("{base}/{}", entry.path),
    }
}

fn size(entry: &IndexEntry) -> Result<usize, AptError> {
    if entry.size_bytes > MAX_PACKED {
        return Err(AptError::TooLarge(entry.path.clone()));
    }
    usize::try_from(entry.size_bytes).map_err(|_| AptError::TooLarge(entry.path.clone()))
}

fn read_index(path: &str, packed: &[u8], wanted: &BTreeSet<String>) -> Result<Vec<IndexedPackage>, AptError> {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    let unpacked: Box<dyn Read + '_> = match ending {
        Some("xz") => Box::new(lzma_rust2::XzReader::new(packed, true)),
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(packed)),
        _ => Box::new(packed),
    };
    let limited = BufReader::new(unpacked.take(MAX_UNPACKED));
    let (indexed, skipped) = packages::read(limited, |name| wanted.contains(name))
        .map_err(|source| AptError::Index { path: path.to_owned(), source })?;
    if skipped > 0 {
        tracing::warn!(path, skipped, "entries of an index lack a name, a version or an architecture");
    }
    Ok(indexed)
}
