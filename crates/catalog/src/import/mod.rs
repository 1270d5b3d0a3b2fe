//! A file of any known format: which one it is, and what a reader makes of it (`catalogue.md` 9.2).

mod detect;
pub mod unpack;

use std::io::{BufRead, Read, Seek, SeekFrom};
use std::str::FromStr;

pub use detect::detect;
use fettle_model::patch::Patch;

use crate::debian::{advisories, patches, statements, tracker};
use crate::reading::{Place, ReadError, Report};
use crate::rpm::{self, repomd, updateinfo};
use crate::vulnerability::{epss, kev, nvd};
use crate::{definitions, mssecure};

/// The formats that can be imported, by the names of their feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// mssecure.xml, or its cabinet.
    Mssecure,
    /// A ZIP of definitions in the form of WES-NG.
    Wesng,
    DebianDsa,
    DebianDla,
    DebianTracker,
    Updateinfo,
    Repomd,
    Kev,
    Epss,
    Nvd,
}

/// What a file held. The records themselves are the business of the format's own module.
#[derive(Debug, Clone)]
pub struct Imported {
    pub format: Format,
    pub report: Report,
    /// What is known of the file's signature, for formats that can carry one.
    pub signature: Option<String>,
}

impl Format {
    pub const ALL: [Self; 10] = [
        Self::Mssecure,
        Self::Wesng,
        Self::DebianDsa,
        Self::DebianDla,
        Self::DebianTracker,
        Self::Updateinfo,
        Self::Repomd,
        Self::Kev,
        Self::Epss,
        Self::Nvd,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Mssecure => "mssecure",
            Self::Wesng => "wesng",
            Self::DebianDsa => "debian-dsa",
            Self::DebianDla => "debian-dla",
            Self::DebianTracker => "debian-tracker",
            Self::Updateinfo => "updateinfo",
            Self::Repomd => "repomd",
            Self::Kev => "kev",
            Self::Epss => "epss",
            Self::Nvd => "nvd",
        }
    }

    /// Bytes of the largest file, which may come packed or as it is.
    pub const fn max_bytes(self) -> u64 {
        match self {
            Self::Mssecure => mssecure::MAX_UNPACKED,
            // Always a ZIP.
            Self::Wesng => definitions::MAX_PACKED,
            Self::DebianDsa | Self::DebianDla => advisories::MAX_UNPACKED,
            Self::DebianTracker => tracker::MAX_UNPACKED,
            Self::Updateinfo => updateinfo::MAX_UNPACKED,
            Self::Repomd => repomd::MAX_BYTES,
            Self::Kev => kev::MAX_BYTES,
            Self::Epss => epss::MAX_UNPACKED,
            Self::Nvd => nvd::MAX_BYTES,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no format; there are {list}", list = Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// Reads a whole file as this format, within the format's limits of size. The records go by.
pub fn read(format: Format, input: impl BufRead + Seek) -> Result<Imported, ReadError> {
    let mut signature = None;
    let report = match format {
        Format::Mssecure => {
            let (_, report, found) = bulletins(input)?;
            signature = found;
            report
        }
        Format::Wesng => definitions::read(input)?.1,
        Format::DebianDsa | Format::DebianDla => patches::read(text(input, advisories::MAX_UNPACKED)?)?.1,
        Format::DebianTracker => statements::read(text(input, tracker::MAX_UNPACKED)?)?.1,
        Format::Updateinfo => rpm::patches::read(text(input, updateinfo::MAX_UNPACKED)?)?.1,
        Format::Repomd => repomd::read(text(input, repomd::MAX_BYTES)?, drop)?,
        Format::Kev => kev::read(text(input, kev::MAX_BYTES)?, drop)?,
        Format::Epss => epss::read(text(input, epss::MAX_UNPACKED)?, drop)?.1,
        Format::Nvd => nvd::read(text(input, nvd::MAX_BYTES)?, drop)?.1,
    };
    Ok(Imported { format, report, signature })
}

/// The bulletins of `mssecure.xml`, or of its cabinet with what is known of its signature. What of them a list of updates
/// tells is counted in the report.
pub fn bulletins(mut input: impl BufRead) -> Result<(Vec<Patch>, Report, Option<String>), ReadError> {
    let start = input.fill_buf().map_err(ReadError::Input)?;
    let (store, mut report, signature) = if mssecure::cabinet::is_cabinet(start) {
        let mut cabinet = Vec::new();
        input.by_ref().take(mssecure::MAX_PACKED + 1).read_to_end(&mut cabinet).map_err(ReadError::Input)?;
        let (store, report, found) = mssecure::cabinet::read(&cabinet)?;
        (store, report, Some(found.text()))
    } else {
        let (store, report) = mssecure::read(input)?;
        (store, report, None)
    };
    let patches = mssecure::patches::patches(&store, &mut report);
    Ok((patches, report, signature))
}

/// The text of a file that may be compressed.
pub fn text<'a>(mut input: impl BufRead + Seek + 'a, limit: u64) -> Result<Box<dyn BufRead + 'a>, ReadError> {
    let packed = input.seek(SeekFrom::End(0)).map_err(ReadError::Input)?;
    input.rewind().map_err(ReadError::Input)?;
    unpack::unpacked(input, packed, limit).map_err(|error| ReadError::of_input(error, Place::Whole))
}

/// The start of a file, by which its format is found; the file is then at its start again.
pub fn start_of(input: &mut (impl Read + Seek)) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    input.by_ref().take(detect::START).read_to_end(&mut start)?;
    input.seek(SeekFrom::Start(0))?;
    Ok(start)
}
