//! The ZIP around the tables, opened with care: what a hostile archive may claim is bounded before it is believed.

use std::io::{Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::{MAX_PACKED, MAX_UNPACKED};
use crate::reading::{Bounded, Place, ReadError, unpacked_limit};

/// Members that an archive of tables may have; the real one has three.
const MAX_MEMBERS: u16 = 100;

pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    packed: u64,
}

impl<R: Read + Seek> Archive<R> {
    pub(super) fn open(mut input: R) -> Result<Self, ReadError> {
        let packed = input.seek(SeekFrom::End(0)).map_err(ReadError::Input)?;
        if packed > MAX_PACKED {
            return Err(ReadError::TooLarge { what: "packed", limit: MAX_PACKED });
        }
        check_members(&mut input, packed)?;
        let zip = ZipArchive::new(input).map_err(of_zip)?;
        Ok(Self { zip, packed })
    }

    /// The name of the one member that begins so.
    pub(super) fn member(&self, start: &str) -> Result<String, ReadError> {
        let mut names = self.zip.file_names().filter(|name| name.starts_with(start));
        match (names.next(), names.next()) {
            (Some(name), None) => Ok(name.to_owned()),
            (None, _) => Err(ReadError::Incomplete(format!("the archive holds no `{start}….csv`"))),
            (Some(_), Some(_)) => {
                Err(ReadError::malformed(Place::Whole, format_args!("the archive holds several `{start}….csv`")))
            }
        }
    }

    pub(super) fn read(&mut self, name: &str) -> Result<Bounded<ZipFile<'_, R>>, ReadError> {
        let member = self.zip.by_name(name).map_err(of_zip)?;
        Ok(Bounded::new(member, unpacked_limit(self.packed, MAX_UNPACKED), "unpacked"))
    }
}

/// The directory is read into memory whole, so its length counts first.
fn check_members(input: &mut (impl Read + Seek), packed: u64) -> Result<(), ReadError> {
    const END: &[u8] = b"PK\x05\x06";
    const LONGEST_END: u64 = 22 + u16::MAX as u64;
    input.seek(SeekFrom::Start(packed.saturating_sub(LONGEST_END))).map_err(ReadError::Input)?;
    let mut tail = Vec::new();
    input.read_to_end(&mut tail).map_err(ReadError::Input)?;
    let ends: Vec<usize> =
        tail.windows(END.len()).enumerate().filter(|(_, window)| *window == END).map(|(at, _)| at).collect();
    if ends.is_empty() {
        return Err(ReadError::malformed(Place::Offset(packed), "this is no ZIP archive, or it is cut"));
    }
    // Any of them may be taken for the real one.
    for end in ends {
        let Some(count) = tail.get(end + 10..end + 12) else { continue };
        if u16::from_le_bytes([count[0], count[1]]) > MAX_MEMBERS {
            return Err(ReadError::malformed(Place::Whole, format_args!("more than {MAX_MEMBERS} members")));
        }
    }
    input.rewind().map_err(ReadError::Input)
}

fn of_zip(error: ZipError) -> ReadError {
    match error {
        ZipError::Io(error) => ReadError::of_input(error, Place::Whole),
        other => ReadError::malformed(Place::Whole, other),
    }
}
