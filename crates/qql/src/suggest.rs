//! "Did you mean": names and values that are near to what was written.

use strsim::osa_distance;

use crate::text::folded;

/// How many are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// Names like `written`: in another case, at most two letters away, or with the same last part (`qql.md` 5).
pub(crate) fn names<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (lower, last) = (folded(written), last_part(written));
    let mut ranked: Vec<(usize, &str)> = known
        .filter_map(|name| {
            let rank = if folded(name) == lower {
                0
            } else if is_near(&lower, &folded(name)) {
                osa_distance(&lower, &folded(name))
            } else if folded(last_part(name)) == folded(last) {
                10
            } else {
                return None;
            };
            Some((rank, name))
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.dedup();
    ranked.into_iter().map(|(_, name)| name.to_owned()).take(MAX_SUGGESTIONS).collect()
}

/// Values like `written`: begun the same, or few letters away.
pub(crate) fn values<'a>(written: &str, known: &'a [&'a str]) -> Vec<String> {
    let written = folded(written);
    let mut ranked: Vec<(usize, &str)> = known
        .iter()
        .filter_map(|value| {
            let lower = folded(value);
            let begins = written.chars().count() > 1 && (lower.starts_with(&written) || written.starts_with(&lower));
            if begins || is_near(&written, &lower) { Some((osa_distance(&written, &lower), *value)) } else { None }
        })
        .collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.into_iter().map(|(_, value)| value.to_owned()).take(MAX_SUGGESTIONS).collect()
}

/// Two letters away, and in short words one: else any two of them were alike. Long texts are no slips of the pen.
fn is_near(left: &str, right: &str) -> bool {
    let length = left.chars().count();
    let most = if length <= 4 { 1 } else { 2 };
    length <= 80 && length.abs_diff(right.chars().count()) <= most && osa_distance(left, right) <= most
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
