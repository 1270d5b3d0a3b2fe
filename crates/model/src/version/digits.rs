//! Numbers of any length, compared as text.

use std::cmp::Ordering;

/// Compares two runs of ASCII digits as numbers; an empty run is 0.
pub(super) fn compare_number(left: &[u8], right: &[u8]) -> Ordering {
    let left = strip_zeros(left);
    let right = strip_zeros(right);
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

fn strip_zeros(digits: &[u8]) -> &[u8] {
    let start = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    &digits[start..]
}

/// Splits where the first byte stands that is not `wanted`.
pub(super) fn take(bytes: &[u8], wanted: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| !wanted(byte)).unwrap_or(bytes.len());
    bytes.split_at(end)
}
