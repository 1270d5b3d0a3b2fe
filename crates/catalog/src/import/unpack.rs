//! Compressed files, by their first bytes.

use std::io::{self, BufRead, BufReader};

use crate::reading::{Bounded, unpacked_limit};

/// The content of a file that is compressed with gzip or zstd, or is not; it fails behind `limit` bytes, or behind
/// what a file of `packed` bytes may reasonably become.
pub fn unpacked<'a>(mut input: impl BufRead + 'a, packed: u64, limit: u64) -> io::Result<Box<dyn BufRead + 'a>> {
    /// Memory that a stream may ask for, as a power of two.
    const ZSTD_WINDOW: u32 = 26;
    let limit = unpacked_limit(packed, limit);
    let start = input.fill_buf()?;
    Ok(match start {
        [0x1f, 0x8b, ..] => bounded(flate2::bufread::MultiGzDecoder::new(input), limit),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let mut decoder = zstd::Decoder::with_buffer(input)?;
            decoder.window_log_max(ZSTD_WINDOW)?;
            bounded(decoder, limit)
        }
        _ => bounded(input, limit),
    })
}

fn bounded<'a>(input: impl io::Read + 'a, limit: u64) -> Box<dyn BufRead + 'a> {
    Box::new(BufReader::new(Bounded::new(input, limit, "unpacked")))
}
