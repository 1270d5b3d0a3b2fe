//! Exceptions: patches that need not be in on some assets for a while, with a reason and an end
//! (`patch-management.md` 6.7).

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ExceptionState {
    Requested,
    /// Until it expires the findings that it covers are missing, and not overdue; jobs leave them out.
    Approved,
    Rejected,
    Expired,
    Revoked,
}

impl ExceptionState {
    pub const ALL: [Self; 5] = [Self::Requested, Self::Approved, Self::Rejected, Self::Expired, Self::Revoked];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "Requested",
            Self::Approved => "Approved",
            Self::Rejected => "Rejected",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// What was requested may also run out, or be taken back, before anyone decides.
    pub const fn may_become(self, to: Self) -> bool {
        matches!(
            (self, to),
            (Self::Requested, Self::Approved | Self::Rejected | Self::Expired | Self::Revoked)
                | (Self::Approved, Self::Expired | Self::Revoked)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_ended_stays_ended() {
        for ended in [ExceptionState::Rejected, ExceptionState::Expired, ExceptionState::Revoked] {
            assert!(ExceptionState::ALL.iter().all(|to| !ended.may_become(*to)));
        }
        assert!(!ExceptionState::Approved.may_become(ExceptionState::Rejected));
        assert!(ExceptionState::ALL.iter().all(|to| !to.may_become(ExceptionState::Requested)));
    }
}
