//! How long a check-in may be held (`agent.md` 3.6).

use std::time::Duration;

/// Least time that the agent wishes to be held, in seconds.
const LEAST_HOLD_S: u32 = 20;

/// How long the agent wishes to be held: halved after the path has cut three holds early (`agent.md` 3.6).
#[derive(Debug, Default)]
pub struct HoldWish {
    halvings: u32,
    cuts: u32,
}

impl HoldWish {
    /// `holdS` of the next check-in; the interval of check-ins is where it begins.
    pub fn seconds(&self, check_in_seconds: u32) -> u32 {
        (check_in_seconds >> self.halvings.min(16)).max(LEAST_HOLD_S.min(check_in_seconds))
    }

    pub fn answered(&mut self) {
        self.cuts = 0;
    }

    /// A hold of `hold_s` seconds ended without an answer.
    pub fn cut(&mut self, after: Duration, hold_s: u32) {
        let held = after.as_secs() >= 5 && after.as_secs() < u64::from(hold_s);
        if held {
            self.cuts += 1;
            if self.cuts >= 3 {
                self.cuts = 0;
                self.halvings += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_early_cuts_halve_the_hold() {
        let mut hold = HoldWish::default();
        assert_eq!(hold.seconds(60), 60);
        (0..3).for_each(|_| hold.cut(Duration::from_secs(30), 60));
        assert_eq!(hold.seconds(60), 30);
        (0..6).for_each(|_| hold.cut(Duration::from_secs(10), 30));
        assert_eq!(hold.seconds(60), 20);
        assert_eq!(hold.seconds(10), 10);
    }
}
