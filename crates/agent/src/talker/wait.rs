//! How long to wait before the next try (`agent.md` 3.7). Pure: chance is an argument.

use std::time::{Duration, Instant};

use fettle_model::Entropy;

use crate::entropy::up_to;

/// First and longest wait without an answer, in seconds.
const FIRST_S: u64 = 5;
const LONGEST_S: u64 = 600;
const RETRY_AFTER_LONGEST_S: u64 = 3_600;
/// An untrusted server: 15 min, 1 h, then each 6 h.
const UNTRUSTED_S: [u64; 3] = [15 * 60, 3_600, 6 * 3_600];
/// After the same refusal three times in a row.
const SAME_REFUSAL_S: u64 = 3_600;
/// A refused enrolment waits for a person.
const REFUSED_S: u64 = 24 * 3_600;
const WIRE_VERSION_S: u64 = 6 * 3_600;

/// A mismatch or a restored snapshot is answered at once, the second time in an hour after a quarter of one.
const REPEATED: Duration = Duration::from_hours(1);
const REPEATED_WAIT: Duration = Duration::from_mins(15);

/// Counts how often something happened that is answered at once.
#[derive(Debug, Default)]
pub struct Repeats(Option<Instant>);

impl Repeats {
    /// How long to wait this time.
    pub fn wait(&mut self, now: Instant) -> Duration {
        let before = self.0.replace(now);
        let again = before.is_some_and(|before| now.saturating_duration_since(before) < REPEATED);
        if again { REPEATED_WAIT } else { Duration::ZERO }
    }
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection, a time-out, closed without an answer, or 5xx.
    NoAnswer,
    /// 429 or 503 with `Retry-After`, in seconds.
    RetryAfter(u64),
    Untrusted,
    /// Another refusal, by its code.
    Refused(String),
    /// Enrolment was refused; waiting does not mend it.
    EnrolmentRefused,
}

/// Counts failures in a row; one answer ends the row.
#[derive(Debug, Default)]
pub struct Waits {
    unanswered: u32,
    untrusted: usize,
    refusals: (String, u32),
}

impl Waits {
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// How long to wait after `failure`; `usual` is the interval of check-ins.
    pub fn after(&mut self, failure: &Failure, usual: Duration, entropy: &dyn Entropy) -> Duration {
        match failure {
            Failure::NoAnswer => {
                let most = (FIRST_S << self.unanswered.min(20)).min(LONGEST_S);
                self.unanswered = self.unanswered.saturating_add(1);
                Duration::from_millis(up_to(entropy, most * 1_000))
            }
            Failure::RetryAfter(seconds) => {
                let seconds = (*seconds).min(RETRY_AFTER_LONGEST_S);
                Duration::from_millis(seconds * 1_000 + up_to(entropy, seconds * 200))
            }
            Failure::Untrusted => {
                let seconds = UNTRUSTED_S[self.untrusted.min(UNTRUSTED_S.len() - 1)];
                self.untrusted += 1;
                Duration::from_secs(seconds)
            }
            Failure::EnrolmentRefused => Duration::from_secs(REFUSED_S),
            Failure::Refused(code) if code == "WIRE_VERSION" => Duration::from_secs(WIRE_VERSION_S),
            Failure::Refused(code) => {
                if self.refusals.0 == *code {
                    self.refusals.1 += 1;
                } else {
                    self.refusals = (code.clone(), 1);
                }
                if self.refusals.1 >= 3 { Duration::from_secs(SAME_REFUSAL_S) } else { usual }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fettle_model::clock::SeededEntropy;

    use super::*;

    const USUAL: Duration = Duration::from_mins(1);

    #[test]
    fn waits_double_up_to_ten_minutes_and_an_answer_resets_them() {
        let entropy = SeededEntropy::new(3);
        let mut waits = Waits::default();
        for most in [5, 10, 20, 40, 80, 160, 320, 600, 600] {
            assert!(waits.after(&Failure::NoAnswer, USUAL, &entropy) <= Duration::from_secs(most));
        }
        waits.answered();
        assert!(waits.after(&Failure::NoAnswer, USUAL, &entropy) <= Duration::from_secs(5));
    }

    #[test]
    fn the_second_time_in_an_hour_waits() {
        let (mut repeats, start) = (Repeats::default(), Instant::now());
        let minutes = |minutes| start + Duration::from_mins(minutes);
        let waits = [0, 15, 60, 130].map(|at| repeats.wait(minutes(at)).as_secs() / 60);
        assert_eq!(waits, [0, 15, 15, 0]);
    }

    #[test]
    fn refusals_and_orders_of_the_server() {
        let entropy = SeededEntropy::new(3);
        let mut waits = Waits::default();
        let refused = Failure::Refused("MESSAGE_INVALID".to_owned());
        assert_eq!(waits.after(&refused, USUAL, &entropy), USUAL);
        assert_eq!(waits.after(&refused, USUAL, &entropy), USUAL);
        assert_eq!(waits.after(&refused, USUAL, &entropy), Duration::from_hours(1));
        let wait = waits.after(&Failure::RetryAfter(10), USUAL, &entropy);
        assert!((10_000..=12_000).contains(&wait.as_millis()));
        assert!(waits.after(&Failure::RetryAfter(999_999), USUAL, &entropy) <= Duration::from_mins(72));
        let untrusted: Vec<u64> = (0..4).map(|_| waits.after(&Failure::Untrusted, USUAL, &entropy).as_secs()).collect();
        assert_eq!(untrusted, [900, 3_600, 21_600, 21_600]);
    }
}
