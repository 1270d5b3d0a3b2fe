//! Runs: one execution of a job (`patch-management.md` 11.1).

use serde::{Deserialize, Serialize};

use crate::deployment::DeploymentState;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RunState {
    Published,
    Running,
    Finished,
    Canceled,
}

impl RunState {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "Published",
            Self::Running => "Running",
            Self::Finished => "Finished",
            Self::Canceled => "Canceled",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Published, Self::Running, Self::Finished, Self::Canceled].into_iter().find(|state| state.name() == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RunResult {
    /// Every applicable deployment completed.
    Succeeded,
    PartiallySucceeded,
    /// None completed, not even with errors.
    Failed,
    /// None was applicable.
    NothingToDo,
}

impl RunResult {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::PartiallySucceeded => "PartiallySucceeded",
            Self::Failed => "Failed",
            Self::NothingToDo => "NothingToDo",
        }
    }
}

/// What a run has come to, from its deployments' states alone: a pure function, so that it can be computed again at
/// any time. `None` while a deployment is neither terminal nor waits for a restart.
pub fn result_of(states: &[DeploymentState]) -> Option<RunResult> {
    use DeploymentState as S;
    if states.iter().any(|state| !state.is_terminal() && *state != S::PendingReboot) {
        return None;
    }
    let applicable: Vec<_> = states.iter().filter(|state| state.is_applicable()).collect();
    let good = |state: &&&S| matches!(state, S::Completed | S::PendingReboot);
    let some = |state: &&&S| matches!(state, S::Completed | S::PendingReboot | S::CompletedWithErrors);
    Some(if applicable.is_empty() {
        RunResult::NothingToDo
    } else if applicable.iter().filter(good).count() == applicable.len() {
        RunResult::Succeeded
    } else if applicable.iter().filter(some).count() == 0 {
        RunResult::Failed
    } else {
        RunResult::PartiallySucceeded
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deployment::DeploymentState as S;

    #[test]
    fn a_run_is_judged_by_its_deployments() {
        assert_eq!(result_of(&[S::Completed, S::Patching]), None);
        assert_eq!(result_of(&[S::Completed, S::NotApplicable]), Some(RunResult::Succeeded));
        assert_eq!(result_of(&[S::Completed, S::Failed]), Some(RunResult::PartiallySucceeded));
        assert_eq!(result_of(&[S::Failed, S::Canceled]), Some(RunResult::Failed));
        assert_eq!(result_of(&[S::NoPatches]), Some(RunResult::NothingToDo));
        assert_eq!(result_of(&[S::PendingReboot]), Some(RunResult::Succeeded));
    }
}
