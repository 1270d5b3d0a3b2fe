//! Finding the changelog inside a `.deb` (deb(5)): an `ar` archive whose member `data.tar` holds the files.

use std::io::{self, Read};
use std::path::Path;

/// Unpacked changelogs beyond this, in bytes, are cut (`catalogue.md` 5.2).
const CHANGELOG_LIMIT: u64 = 16 * 1024 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("the package file could not be read")]
    Read(#[source] io::Error),
    #[error("the package file has no data member, or one in a form that is not known")]
    NoData,
}

/// What a package file says of its changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Changelog(String),
    /// Its documentation folder, or the changelog in it, is a link to that of another package.
    LinkedTo(String),
    Nothing,
}

/// Reads the changelog of `package` out of the `.deb` at `path`.
pub fn read(path: &Path, package: &str) -> Result<Found, ArchiveError> {
    let file = fs_err::File::open(path).map_err(ArchiveError::Read)?;
    read_from(io::BufReader::new(file), package)
}

/// As [`read`], from the bytes of a `.deb`.
pub fn read_from(input: impl Read, package: &str) -> Result<Found, ArchiveError> {
    let mut archive = ar::Archive::new(input);
    while let Some(member) = archive.next_entry() {
        let member = member.map_err(ArchiveError::Read)?;
        let name = String::from_utf8_lossy(member.header().identifier()).into_owned();
        let name = name.trim_end_matches('/');
        return match name {
            "data.tar" => search(member, package),
            "data.tar.gz" => search(flate2::read::GzDecoder::new(member), package),
            "data.tar.xz" => search(lzma_rust2::XzReader::new(member, true), package),
            "data.tar.zst" => search(zstd::stream::Decoder::new(member).map_err(ArchiveError::Read)?, package),
            _ if name.starts_with("data.tar") => Err(ArchiveError::NoData),
            _ => continue,
        };
    }
    Err(ArchiveError::NoData)
}

fn search(data: impl Read, package: &str) -> Result<Found, ArchiveError> {
    let folder = format!("usr/share/doc/{package}");
    let mut found: Option<(u8, String)> = None;
    let mut linked = None;
    let mut tar = tar::Archive::new(data);
    for entry in tar.entries().map_err(ArchiveError::Read)? {
        let mut entry = entry.map_err(ArchiveError::Read)?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let Some(rest) = path.strip_prefix(&folder) else { continue };
        let rank = match rest.strip_prefix('/') {
            None if rest.is_empty() => 0,
            Some(name) => match rank(name) {
                Some(rank) => rank,
                None => continue,
            },
            None => continue,
        };
        if entry.header().entry_type().is_symlink() {
            linked = linked.or_else(|| link_target(&entry));
        } else if rank > 0 && found.as_ref().is_none_or(|(known, _)| rank > *known) {
            found = Some((rank, unpack(&mut entry, rest)?));
        }
    }
    Ok(match (found, linked) {
        (Some((_, text)), _) => Found::Changelog(text),
        (None, Some(package)) => Found::LinkedTo(package),
        (None, None) => Found::Nothing,
    })
}

/// The full changelog before that of a rebuild, and both before the one of a native package.
fn rank(name: &str) -> Option<u8> {
    match name {
        "changelog.Debian.gz" | "changelog.Debian" => Some(3),
        "changelog.gz" | "changelog" => Some(1),
        _ if name.starts_with("changelog.Debian.") => Some(2),
        _ => None,
    }
}

/// `libssl3` of `libssl3`, `../libssl3/changelog.Debian.gz` or `/usr/share/doc/libssl3/…`.
fn link_target(entry: &tar::Entry<'_, impl Read>) -> Option<String> {
    let target = entry.link_name_bytes()?;
    let target = String::from_utf8_lossy(&target).into_owned();
    let target = target.trim_start_matches("/usr/share/doc/").trim_start_matches("../");
    let package = target.split('/').next()?;
    let is_name = !package.is_empty()
        && package.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
        && !package.starts_with("changelog");
    is_name.then(|| package.to_owned())
}

fn unpack(entry: &mut impl Read, name: &str) -> Result<String, ArchiveError> {
    let mut bytes = Vec::new();
    if Path::new(name).extension().is_some_and(|extension| extension == "gz") {
        flate2::read::MultiGzDecoder::new(entry).take(CHANGELOG_LIMIT).read_to_end(&mut bytes)
    } else {
        entry.take(CHANGELOG_LIMIT).read_to_end(&mut bytes)
    }
    .map_err(ArchiveError::Read)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
