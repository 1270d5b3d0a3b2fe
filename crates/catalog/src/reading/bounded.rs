//! Reads no more than a format may have.

use std::io::{self, Read};

/// A reader that fails, rather than ends, behind its limit: a cut file must not look like a whole one.
#[derive(Debug)]
pub struct Bounded<R> {
    inner: R,
    left: u64,
    limit: LimitReached,
}

#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("more than {limit} bytes, {what}")]
pub(crate) struct LimitReached {
    pub(crate) what: &'static str,
    pub(crate) limit: u64,
}

impl<R: Read> Bounded<R> {
    /// `what` says which bytes are counted: `packed`, `unpacked`.
    pub const fn new(inner: R, limit: u64, what: &'static str) -> Self {
        Self { inner, left: limit, limit: LimitReached { what, limit } }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !buffer.is_empty() {
            let mut next = [0];
            return match self.inner.read(&mut next)? {
                0 => Ok(0),
                _ => Err(io::Error::other(self.limit)),
            };
        }
        let wanted = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.inner.read(&mut buffer[..wanted])?;
        self.left -= count as u64;
        Ok(count)
    }
}

/// How much a packed file may become: the format's own limit, and above 64 MB at most 200 times the packed size.
pub fn unpacked_limit(packed: u64, of_format: u64) -> u64 {
    const FREE: u64 = 64_000_000;
    const RATIO: u64 = 200;
    of_format.min(FREE.max(packed.saturating_mul(RATIO)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_read_and_one_byte_more_is_an_error() {
        let mut text = String::new();
        Bounded::new(&b"12345"[..], 5, "unpacked").read_to_string(&mut text).expect("it fits");
        assert_eq!(text, "12345");
        let error = Bounded::new(&b"123456"[..], 5, "unpacked").read_to_string(&mut text).expect_err("one too many");
        assert_eq!(error.to_string(), "more than 5 bytes, unpacked");
    }
}
