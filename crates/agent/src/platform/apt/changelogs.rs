//! Reading changelogs of offers: one `.deb` per source package, smallest first, within a budget, kept for the next
//! scan. The `.deb` is removed after reading.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use fettle_wire::message::report::ChangelogFacts;
use fettle_wire::sha256;

use super::state::{AptState, StateError};
use crate::changelog::{self, ArchiveError, Found};
use crate::scan::FoundOffer;

#[derive(Debug, thiserror::Error)]
pub enum ChangelogError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error("the agent's folder for package files and changelogs could not be used")]
    Folder(#[source] std::io::Error),
}

/// What was read before: facts by source, its versions, as JSON files.
#[derive(Debug, Clone)]
pub struct ChangelogCache {
    folder: PathBuf,
}

impl ChangelogCache {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, offer: &FoundOffer) -> PathBuf {
        let key = format!("{}\n{}\n{}", offer.source, offer.installed_source_version, offer.source_version);
        self.folder.join(format!("{}.json", &sha256(key.as_bytes()).hex()[..32]))
    }

    /// Facts that an earlier reading left; a damaged file counts as none.
    pub fn find(&self, offer: &FoundOffer) -> Option<ChangelogFacts> {
        serde_json::from_slice(&fs_err::read(self.path(offer)).ok()?).ok()
    }

    fn store(&self, offer: &FoundOffer, facts: &ChangelogFacts) -> Result<(), ChangelogError> {
        fs_err::create_dir_all(&self.folder).map_err(ChangelogError::Folder)?;
        let json = serde_json::to_vec(facts).expect("facts are JSON");
        fs_err::write(self.path(offer), json).map_err(ChangelogError::Folder)
    }
}

/// Offers of one source package in one version, smallest `.deb` first.
type Group<'a> = VecDeque<&'a FoundOffer>;

/// Reads what has not been read of the security updates, up to `budget` bytes of package files. `progress` hears the
/// number of updates read and to be read. Failures of single packages leave them unread.
pub fn read(
    state: &AptState,
    cache: &ChangelogCache,
    offers: &mut [FoundOffer],
    budget: u64,
    progress: &dyn Fn(usize, usize),
) -> Result<(), ChangelogError> {
    let groups = unread(offers);
    let total = groups.len();
    let mut left = budget;
    let mut read = BTreeMap::new();
    for (done, mut group) in groups.into_iter().enumerate() {
        progress(done, total);
        while let Some(offer) = group.pop_front() {
            let size = offer.size_bytes.unwrap_or(u64::MAX);
            if size > left {
                break;
            }
            left -= size;
            match read_one(state, offer)? {
                Some(Found::Changelog(text)) => {
                    let facts = changelog::facts_since(&text, &offer.installed_source_version);
                    cache.store(offer, &facts)?;
                    read.insert((offer.source.clone(), offer.source_version.clone()), facts);
                    break;
                }
                // The changelog is in a sister package: that one next, where it is on offer too.
                Some(Found::LinkedTo(package)) => {
                    group.make_contiguous().sort_by_key(|other| other.package != package);
                }
                Some(Found::Nothing) | None => {}
            }
        }
    }
    for offer in offers.iter_mut().filter(|offer| offer.changelog.is_none()) {
        offer.changelog = read.get(&(offer.source.clone(), offer.source_version.clone())).cloned();
    }
    Ok(())
}

fn unread(offers: &[FoundOffer]) -> Vec<Group<'_>> {
    let mut by_source: BTreeMap<(&str, &str), Vec<&FoundOffer>> = BTreeMap::new();
    for offer in offers.iter().filter(|offer| offer.security && offer.changelog.is_none()) {
        by_source.entry((&offer.source, &offer.source_version)).or_default().push(offer);
    }
    let size = |offer: &&FoundOffer| offer.size_bytes.unwrap_or(u64::MAX);
    let mut groups: Vec<Group<'_>> = by_source
        .into_values()
        .map(|mut group| {
            group.sort_by_key(size);
            group.into()
        })
        .collect();
    groups.sort_by_key(|group| group.front().map_or(u64::MAX, size));
    groups
}

/// Fetches one package file, reads it and removes it. `None`: it could not be fetched or read.
fn read_one(state: &AptState, offer: &FoundOffer) -> Result<Option<Found>, ChangelogError> {
    let folder = state.archives().join("changelogs");
    fs_err::create_dir_all(&folder).map_err(ChangelogError::Folder)?;
    let specification = format!("{}:{}={}", offer.package, offer.arch, offer.candidate);
    let specification =
        if offer.arch == "all" { format!("{}={}", offer.package, offer.candidate) } else { specification };
    let output = state
        .command("apt-get")
        .args(["-q", "download", &specification])
        .current_dir(&folder)
        .output()
        .map_err(|source| StateError::Start { program: "apt-get", source })?;
    let found = match package_file(&folder)? {
        Some(path) if output.status.success() => match changelog::archive::read(&path, &offer.package) {
            Ok(found) => Some(found),
            Err(error @ (ArchiveError::Read(_) | ArchiveError::NoData)) => {
                tracing::warn!(package = offer.package, error = &error as &dyn std::error::Error, "unreadable package");
                None
            }
        },
        _ => None,
    };
    fs_err::remove_dir_all(&folder).map_err(ChangelogError::Folder)?;
    Ok(found)
}

fn package_file(folder: &Path) -> Result<Option<PathBuf>, ChangelogError> {
    for entry in fs_err::read_dir(folder).map_err(ChangelogError::Folder)? {
        let path = entry.map_err(ChangelogError::Folder)?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
