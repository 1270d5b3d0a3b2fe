//! mssecure.cab: the XML in a signed cabinet (`catalogue.md` 3, rule `legacy`).
//!
//! The digest and the signature over it are checked, so that an altered cabinet is refused. Whose certificate signed it
//! is not judged: the roots of 2001 say nothing today. Such a file is `Unverifiable` at best.

use std::io::{Cursor, Read as _};

use super::signature::{self, SignedDigest};
use super::{Datastore, MAX_PACKED, MAX_UNPACKED};
use crate::reading::{Bounded, Place, ReadError, Report, unpacked_limit};

const MAGIC: &[u8] = b"MSCF";
const MEMBER: &str = "mssecure.xml";
/// Header with the reserved field that a signature needs: 20 bytes behind the 40 of a plain header and its lengths.
const SIGNED_HEADER: usize = 60;
/// The second word of the reserved field, always so in signed cabinets: its length behind the first word.
const RESERVED_LENGTH: usize = 20;
const HAS_RESERVED: u16 = 4;

/// What can be said of a file's signature without judging who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    Absent,
    /// Content and signature fit together; the chain was not judged.
    Unverifiable {
        signer: String,
    },
    /// There is one, of an algorithm that is not checked any more.
    NotChecked {
        algorithm: String,
    },
}

impl Signature {
    pub fn text(&self) -> String {
        match self {
            Self::Absent => "Absent".to_owned(),
            Self::Unverifiable { signer } => {
                format!("Unverifiable: digest good, signed by {signer:?}, whose chain is not judged")
            }
            Self::NotChecked { algorithm } => format!("Unverifiable: signed with {algorithm}, which is not checked"),
        }
    }
}

/// Does the file begin as a cabinet does?
pub fn is_cabinet(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// Checks the signature of a cabinet and reads the XML in it.
pub fn read(cabinet: &[u8]) -> Result<(Datastore, Report, Signature), ReadError> {
    if cabinet.len() as u64 > MAX_PACKED {
        return Err(ReadError::TooLarge { what: "packed", limit: MAX_PACKED });
    }
    let signature = check(cabinet)?;
    let xml = unpack(cabinet)?;
    let (store, report) = super::read(xml.as_slice())?;
    Ok((store, report, signature))
}

/// The XML in the cabinet. The `cab` crate (0.6) panics on some cabinets whose tables do not fit together, such as a file
/// that begins behind the end of its folder; here that is a malformed file like any other.
fn unpack(cabinet: &[u8]) -> Result<Vec<u8>, ReadError> {
    std::panic::catch_unwind(|| read_member(cabinet)).unwrap_or_else(|_panic| {
        Err(ReadError::malformed(Place::Whole, "the cabinet's folders, files and blocks do not fit together"))
    })
}

fn read_member(cabinet: &[u8]) -> Result<Vec<u8>, ReadError> {
    let malformed = |error: std::io::Error| ReadError::of_input(error, Place::Whole);
    let mut archive = cab::Cabinet::new(Cursor::new(cabinet)).map_err(malformed)?;
    let member = archive
        .folder_entries()
        .flat_map(cab::FolderEntry::file_entries)
        .map(|file| file.name().to_owned())
        .find(|name| name.eq_ignore_ascii_case(MEMBER))
        .ok_or_else(|| ReadError::Incomplete(format!("the cabinet holds no `{MEMBER}`")))?;
    let mut xml = Vec::new();
    let limit = unpacked_limit(cabinet.len() as u64, MAX_UNPACKED);
    Bounded::new(archive.read_file(&member).map_err(malformed)?, limit, "unpacked")
        .read_to_end(&mut xml)
        .map_err(|error| ReadError::of_input(error, Place::Member(member.clone(), Box::new(Place::Whole))))?;
    Ok(xml)
}

fn check(cabinet: &[u8]) -> Result<Signature, ReadError> {
    let Some((start, pkcs7)) = attached_signature(cabinet)? else {
        return Ok(Signature::Absent);
    };
    let signed = match signature::verify(pkcs7) {
        Ok(signed) => signed,
        Err(signature::SignatureError::Algorithm(algorithm)) => return Ok(Signature::NotChecked { algorithm }),
        Err(error) => return Err(ReadError::Signature(error.to_string())),
    };
    let SignedDigest { algorithm, digest, signer } = signed;
    let found = aws_lc_rs::digest::digest(algorithm, &digested(cabinet, start));
    if found.as_ref() != digest {
        return Err(ReadError::Signature("the cabinet was altered after it was signed".to_owned()));
    }
    Ok(Signature::Unverifiable { signer })
}

/// Where the attached signature starts, and its bytes.
fn attached_signature(cabinet: &[u8]) -> Result<Option<(usize, &[u8])>, ReadError> {
    let malformed = |reason: &str| ReadError::malformed(Place::Offset(0), reason);
    if !is_cabinet(cabinet) || cabinet.len() < 36 {
        return Err(malformed("this is no cabinet"));
    }
    let flags = u16::from_le_bytes([cabinet[30], cabinet[31]]);
    if flags & HAS_RESERVED == 0 {
        return Ok(None);
    }
    let header = cabinet.get(..SIGNED_HEADER).ok_or_else(|| malformed("the cabinet ends in its header"))?;
    if usize::from(u16::from_le_bytes([header[36], header[37]])) != RESERVED_LENGTH {
        return Ok(None);
    }
    let number = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
    let (start, length) = (number(44), number(48));
    if start == 0 && length == 0 {
        return Ok(None);
    }
    let pkcs7 = start.checked_add(length).and_then(|end| cabinet.get(start..end));
    match pkcs7 {
        // What is neither in the digest nor in the signature could be anything.
        Some(pkcs7) if start >= SIGNED_HEADER && start + length == cabinet.len() => Ok(Some((start, pkcs7))),
        _ => Err(ReadError::Signature("the signature does not lie at the end of the cabinet".to_owned())),
    }
}

/// What the digest is taken of: everything before the signature, less the header's checksum, the number in the set and
/// the reserved field up to its last word, which hold where the signature lies.
fn digested(cabinet: &[u8], end: usize) -> Vec<u8> {
    [&cabinet[..4], &cabinet[8..34], &cabinet[56..60], &cabinet[SIGNED_HEADER..end]].concat()
}
