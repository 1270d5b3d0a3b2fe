//! The pages of a round, one after the other: everything first, then the windows of what changed since.

use fettle_catalog::vulnerability::nvd::Page;
use fettle_store::catalogue::FeedRound;
use jiff::{SignedDuration, Timestamp};

use crate::feeds::sync::SyncError;

/// Longest window of changes that the API takes.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_hours(120 * 24);
/// By this much a round begins before the last one did: a change may be listed some time after its own time stamp.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// Most records that a page may have.
const PAGE: &str = "2000";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Next,
    /// The records moved between the pages meanwhile: the window is read again from its start.
    Again,
    /// All pages were applied.
    Over,
}

pub(super) fn begin(round: &mut FeedRound, now: Timestamp) {
    // A clock that was set back must not turn the window round.
    let from = round.synced_to.map(|synced| synced.min(now) - OVERLAP);
    (round.started_at, round.window_from) = (Some(now), from);
    (round.next_record, round.total) = (0, None);
}

/// What changed from one moment to the other; `None`: everything is read.
fn window(round: &FeedRound) -> Option<(Timestamp, Timestamp)> {
    let (from, end) = (round.window_from?, round.started_at?);
    Some((from, end.min(from + LONGEST_WINDOW)))
}

/// The address of the next page.
pub(super) fn page_address(round: &FeedRound) -> Result<reqwest::Url, SyncError> {
    let mut url = reqwest::Url::parse(&round.address)
        .map_err(|_| SyncError::Page(format!("{:?} is no address", round.address)))?;
    let mut query = url.query_pairs_mut();
    query.append_pair("resultsPerPage", PAGE).append_pair("startIndex", &round.next_record.to_string());
    if let Some((from, to)) = window(round) {
        // Without an offset a time is one of UTC.
        let text = |time: Timestamp| time.strftime("%Y-%m-%dT%H:%M:%S.000").to_string();
        query.append_pair("lastModStartDate", &text(from)).append_pair("lastModEndDate", &text(to));
    }
    drop(query);
    Ok(url)
}

/// Whether the page is the one that was asked for: before anything of it is applied.
pub(super) fn check(round: &FeedRound, page: Page) -> Result<u64, String> {
    let total = page.total.ok_or_else(|| "the page does not say how many records there are".to_owned())?;
    if page.start != round.next_record {
        return Err(format!("the page starts at record {}, not at {}", page.start, round.next_record));
    }
    let end = page.start.saturating_add(page.records);
    if page.records > 0 && end > total {
        return Err(format!("the page ends at record {end} of {total}"));
    }
    // Of everything there is always something.
    if page.records == 0 && (page.start < total || (round.window_from.is_none() && total == 0)) {
        return Err(format!("the page is empty at record {} of {total}", page.start));
    }
    Ok(total)
}

/// After a page of `records` was applied.
///
/// A record that changes meanwhile leaves its window, and those behind it move up to pages that were read: any other
/// total starts a window again. Of everything no record leaves. New ones only move others to pages that are still to
/// come, so that a total that grows is read to its end; starting again would not end while the NVD publishes.
pub(super) fn advance(round: &mut FeedRound, records: u64, total: u64) -> Step {
    let is_window = round.window_from.is_some();
    if round.total.is_some_and(|before| total < before || (is_window && total != before)) {
        (round.next_record, round.total) = (0, None);
        return Step::Again;
    }
    (round.next_record, round.total) = (round.next_record + records, Some(total));
    if round.next_record < total {
        return Step::Next;
    }
    (round.next_record, round.total) = (0, None);
    let next = window(round).map(|(_, to)| to).filter(|to| round.started_at.is_some_and(|end| *to < end));
    if next.is_some() {
        round.window_from = next;
        return Step::Next;
    }
    (round.synced_to, round.started_at, round.window_from) = (round.started_at, None, None);
    Step::Over
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn round(synced_to: Option<&str>, now: &str) -> FeedRound {
        let mut round = FeedRound { synced_to: synced_to.map(at), ..FeedRound::new("nvd", "https://nvd.example/cves") };
        begin(&mut round, at(now));
        round
    }

    fn address(round: &FeedRound) -> String {
        page_address(round).expect("an address").to_string()
    }

    #[test]
    fn everything_is_read_to_a_total_that_grows() {
        let mut round = round(None, "2026-11-01T00:00:00Z");
        assert_eq!(address(&round), "https://nvd.example/cves?resultsPerPage=2000&startIndex=0");
        assert_eq!(advance(&mut round, 2_000, 3_999), Step::Next);
        assert_eq!(address(&round), "https://nvd.example/cves?resultsPerPage=2000&startIndex=2000");
        assert_eq!(advance(&mut round, 2_000, 4_001), Step::Next);
        assert_eq!(round.synced_to, None);
        assert_eq!(advance(&mut round, 1, 4_001), Step::Over);
        assert_eq!((round.synced_to, round.started_at), (Some(at("2026-11-01T00:00:00Z")), None));
    }

    #[test]
    fn a_long_absence_is_read_in_windows_without_a_gap() {
        let mut round = round(Some("2026-01-01T01:00:00Z"), "2026-11-01T00:00:00Z");
        let mut windows = Vec::new();
        loop {
            windows.push(window(&round).expect("a window"));
            if advance(&mut round, 0, 0) == Step::Over {
                break;
            }
        }
        assert_eq!(windows.len(), 3);
        assert_eq!((windows[0].0, windows[2].1), (at("2026-01-01T00:00:00Z"), at("2026-11-01T00:00:00Z")));
        assert!(windows.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert!(windows.iter().all(|(from, to)| to.duration_since(*from) <= LONGEST_WINDOW));
    }

    #[test]
    fn a_window_whose_total_changes_starts_again() {
        let mut round = round(Some("2026-11-01T00:00:00Z"), "2026-11-01T02:00:00Z");
        assert!(
            address(&round)
                .ends_with("&lastModStartDate=2026-10-31T23%3A00%3A00.000&lastModEndDate=2026-11-01T02%3A00%3A00.000")
        );
        assert_eq!(advance(&mut round, 2_000, 4_100), Step::Next);
        assert_eq!(advance(&mut round, 2_000, 4_099), Step::Again);
        assert_eq!((round.next_record, round.total), (0, None));
    }

    #[test]
    fn a_page_must_be_the_one_that_was_asked_for() {
        let everything = round(None, "2026-11-01T00:00:00Z");
        let changes = round(Some("2026-11-01T00:00:00Z"), "2026-11-01T02:00:00Z");
        let page = |start, total, records| Page { start, total, records };
        assert_eq!(check(&everything, page(0, Some(3), 2)), Ok(3));
        assert_eq!(check(&changes, page(0, Some(0), 0)), Ok(0));
        for (round, bad) in [
            (&everything, page(0, Some(0), 0)),
            (&everything, page(0, None, 2)),
            (&everything, page(2, Some(3), 1)),
            (&everything, page(0, Some(1), 2)),
            (&changes, page(0, Some(3), 0)),
        ] {
            check(round, bad).expect_err("it is another page");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_turns_no_window_round() {
        let (from, to) = window(&round(Some("2026-11-02T00:00:00Z"), "2026-11-01T00:00:00Z")).expect("a window");
        assert!(from < to);
    }
}
