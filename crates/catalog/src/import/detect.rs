//! Which format a file is in, by its first bytes.

use std::io::{Cursor, Read as _};

use super::{Format, unpack};

/// Bytes that are looked at, packed and unpacked.
pub(super) const START: u64 = 64 << 10;

/// The format of a file that starts so; none if it is none of ours.
pub fn detect(start: &[u8]) -> Option<Format> {
    if crate::mssecure::cabinet::is_cabinet(start) {
        return Some(Format::Mssecure);
    }
    if start.starts_with(b"PK\x03\x04") {
        return Some(Format::Wesng);
    }
    let mut unpacked = Vec::new();
    let input = unpack::unpacked(Cursor::new(start), START, START).ok()?;
    // The start of a compressed file ends in the middle: what came before that is enough.
    let _ = input.take(START).read_to_end(&mut unpacked);
    // UTF-16 too is told by its letters.
    let text = String::from_utf8_lossy(&unpacked).replace('\0', "");
    of_text(&text)
}

fn of_text(text: &str) -> Option<Format> {
    let first = text.trim_start_matches('\u{feff}').trim_start();
    if first.starts_with('<') {
        let roots =
            [("<BulletinDatastore", Format::Mssecure), ("<updates", Format::Updateinfo), ("<repomd", Format::Repomd)];
        return roots.into_iter().find(|(root, _)| text.contains(root)).map(|(_, format)| format);
    }
    if first.starts_with('{') {
        // KEV has its catalogue's version, the API its page's; else the tracker's map of maps.
        let members = [("\"catalogVersion\"", Format::Kev), ("\"resultsPerPage\"", Format::Nvd)];
        let found = members.into_iter().find(|(member, _)| text.contains(member)).map(|(_, format)| format);
        return found.or_else(|| text.contains("\"releases\"").then_some(Format::DebianTracker));
    }
    if first.starts_with("cve,epss") || first.starts_with("#model_version") {
        return Some(Format::Epss);
    }
    let mut words = first.strip_prefix('[')?.split_once(']')?.1.split_whitespace();
    match words.next()?.split('-').next()? {
        "DSA" => Some(Format::DebianDsa),
        "DLA" => Some(Format::DebianDla),
        _ => None,
    }
}
