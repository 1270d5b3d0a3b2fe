//! The state machine of a deployment (`patch-management.md` 12). Agent and server use the same table.

use serde::{Deserialize, Serialize};

macro_rules! states {
    ($($(#[doc = $doc:literal])* $name:ident),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum DeploymentState { $($(#[doc = $doc])* $name),+ }

        impl DeploymentState {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

states! {
    /// Published; the agent has not acknowledged.
    Pending,
    /// Written in the agent's journal; waits for the start.
    Received,
    /// Waits for another deployment, a lock or a blackout.
    Blocked,
    /// A user put off the start.
    Deferred,
    RunningPreActions,
    Downloading,
    /// Every payload is there and checked, or has failed.
    Downloaded,
    /// Installing, or uninstalling in a rollback job.
    Patching,
    RunningPostActions,
    PendingReboot,
    Rebooting,
    /// Rescan, and comparison with what was wanted.
    Verifying,
    Completed,
    CompletedWithErrors,
    Failed,
    TimedOut,
    NotAttempted,
    Aborted,
    Canceled,
    CanceledBlackout,
    NotApplicable,
    NoPatches,
    NotLicensed,
    Skipped,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StateKind {
    Waiting,
    Active,
    Terminal,
}

/// A transition that the table does not allow: recorded among the events, and the state stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a deployment cannot go from {} to {}", from.name(), to.name())]
pub struct ImpossibleTransition {
    pub from: DeploymentState,
    pub to: DeploymentState,
}

impl DeploymentState {
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.name() == name)
    }

    pub const fn kind(self) -> StateKind {
        match self {
            Self::Pending | Self::Received | Self::Blocked | Self::Deferred => StateKind::Waiting,
            Self::RunningPreActions
            | Self::Downloading
            | Self::Downloaded
            | Self::Patching
            | Self::RunningPostActions
            | Self::PendingReboot
            | Self::Rebooting
            | Self::Verifying => StateKind::Active,
            _ => StateKind::Terminal,
        }
    }

    pub const fn is_terminal(self) -> bool {
        matches!(self.kind(), StateKind::Terminal)
    }

    /// States that do not count in the figures of a run (`patch-management.md` 14).
    pub const fn is_applicable(self) -> bool {
        !matches!(self, Self::NotApplicable | Self::NoPatches | Self::NotLicensed | Self::Skipped)
    }

    /// The next state, if the table of 12.2 allows it. Empty steps are passed through without an event: a state is
    /// reached from another when a path of skippable steps leads there.
    pub fn go(self, to: Self) -> Result<Self, ImpossibleTransition> {
        if self.may_become(to) { Ok(to) } else { Err(ImpossibleTransition { from: self, to }) }
    }

    fn may_become(self, to: Self) -> bool {
        let cut_short = matches!(to, Self::Canceled | Self::CanceledBlackout | Self::TimedOut | Self::Failed);
        match self {
            Self::Pending => matches!(to, Self::Received | Self::Canceled | Self::NotAttempted | Self::Skipped),
            Self::Received => {
                cut_short
                    || matches!(
                        to,
                        Self::Blocked
                            | Self::Deferred
                            | Self::Downloading
                            | Self::RunningPreActions
                            | Self::NotApplicable
                            | Self::Skipped
                    )
            }
            Self::Blocked => cut_short || matches!(to, Self::Received | Self::Downloaded),
            Self::Deferred => cut_short || to == Self::RunningPreActions,
            Self::RunningPreActions => {
                cut_short
                    || matches!(
                        to,
                        Self::Downloading
                            | Self::Patching
                            | Self::RunningPostActions
                            | Self::PendingReboot
                            | Self::Verifying
                            | Self::Aborted
                    )
            }
            Self::Downloading => cut_short || to == Self::Downloaded,
            Self::Downloaded => {
                cut_short
                    || matches!(
                        to,
                        Self::Blocked
                            | Self::Deferred
                            | Self::RunningPreActions
                            | Self::Patching
                            | Self::RunningPostActions
                    )
            }
            Self::Patching => {
                cut_short || matches!(to, Self::RunningPostActions | Self::PendingReboot | Self::Verifying)
            }
            Self::RunningPostActions => cut_short || matches!(to, Self::PendingReboot | Self::Verifying),
            Self::PendingReboot => {
                matches!(
                    to,
                    Self::Rebooting | Self::Verifying | Self::Skipped | Self::Completed | Self::CompletedWithErrors
                )
            }
            Self::Rebooting => matches!(to, Self::Verifying | Self::TimedOut),
            Self::Verifying => {
                matches!(
                    to,
                    Self::Completed | Self::CompletedWithErrors | Self::Failed | Self::PendingReboot | Self::TimedOut
                )
            }
            _ => false,
        }
    }

    /// A terminal state that the server set for a silent agent: the agent's own terminal state replaces it ("late
    /// truth"). `offered` says whether the agent may have had the work.
    pub const fn is_provisional(self, set_by_server: bool, offered: bool) -> bool {
        match self {
            Self::TimedOut | Self::NotAttempted => set_by_server,
            Self::Canceled | Self::Skipped => set_by_server && offered,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_way_is_allowed() {
        use DeploymentState as S;
        let way = [
            S::Pending,
            S::Received,
            S::RunningPreActions,
            S::Downloading,
            S::Downloaded,
            S::Patching,
            S::Verifying,
            S::Completed,
        ];
        for pair in way.windows(2) {
            assert_eq!(pair[0].go(pair[1]), Ok(pair[1]));
        }
    }

    #[test]
    fn nothing_leaves_a_terminal_state() {
        for from in DeploymentState::ALL.iter().filter(|state| state.is_terminal()) {
            for to in DeploymentState::ALL {
                assert!(from.go(*to).is_err(), "{} to {}", from.name(), to.name());
            }
        }
    }

    #[test]
    fn every_state_but_pending_is_reached_from_another_or_set_by_publication() {
        use DeploymentState as S;
        let by_publication = [S::Pending, S::NotLicensed, S::NoPatches];
        for to in DeploymentState::ALL.iter().filter(|state| !by_publication.contains(state)) {
            assert!(DeploymentState::ALL.iter().any(|from| from.go(*to).is_ok()), "{} is unreachable", to.name());
        }
    }
}
