//! repomd.xml: which metadata a repository has, with checksums of the packed and the unpacked file.

use std::io::{BufRead, BufReader};

use crate::reading::xml::{Element, records};
use crate::reading::{Bounded, ReadError, Report};

/// Largest file, in bytes.
pub const MAX_BYTES: u64 = 4_000_000;

/// One file of metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// `updateinfo`, `primary`, `modules`.
    pub kind: String,
    /// Relative to the repository.
    pub href: String,
    pub checksum: Checksum,
    /// Of the unpacked file; none where it is not packed.
    pub open_checksum: Option<Checksum>,
    pub size: Option<u64>,
    pub open_size: Option<u64>,
    pub timestamp: Option<u64>,
}

/// As written: an algorithm's name, and hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    pub algorithm: String,
    pub digits: String,
}

/// Calls `each` for every file of metadata; one without a type is skipped and counted.
pub fn read(input: impl BufRead, mut each: impl FnMut(Metadata)) -> Result<Report, ReadError> {
    let mut report = Report::default();
    let input = BufReader::new(Bounded::new(input, MAX_BYTES, "unpacked"));
    let is_record = |parent: &str, name: &str| parent == "repomd" && name == "data";
    let root = records(input, is_record, |_, element| match metadata(&element) {
        Ok(metadata) => {
            report.count("metadata");
            each(metadata);
        }
        Err(reason) => report.dropped.add(element.place(), reason, &element.name),
    })?;
    if root.name != "repomd" {
        return Err(ReadError::malformed(root.place(), format_args!("`{}` is no `repomd`", root.name)));
    }
    report.accept("metadata")?;
    Ok(report)
}

fn metadata(element: &Element) -> Result<Metadata, &'static str> {
    if let Some(flaw) = element.flaw {
        return Err(flaw);
    }
    let kind = element.attribute("type").filter(|kind| !kind.is_empty()).ok_or("metadata without `type`")?;
    let href = element.child("location").and_then(|location| location.attribute("href"));
    let href = href.filter(|href| is_inside(href)).ok_or("metadata without a place within the repository")?;
    let number = |name: &str| element.text_of(name).and_then(|text| text.parse().ok());
    Ok(Metadata {
        kind: kind.to_owned(),
        href: href.to_owned(),
        checksum: checksum(element, "checksum").ok_or("metadata without `checksum`")?,
        open_checksum: checksum(element, "open-checksum"),
        size: number("size"),
        open_size: number("open-size"),
        timestamp: number("timestamp"),
    })
}

/// Relative, and never out of the repository.
fn is_inside(href: &str) -> bool {
    !href.is_empty() && !href.starts_with('/') && !href.contains(':') && href.split('/').all(|part| part != "..")
}

fn checksum(element: &Element, name: &str) -> Option<Checksum> {
    let checksum = element.child(name)?;
    let digits = checksum.text.trim();
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let algorithm = checksum.attribute("type")?.to_owned();
    is_hex.then(|| Checksum { algorithm, digits: digits.to_ascii_lowercase() })
}
