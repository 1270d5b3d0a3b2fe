//! Every connection is a file descriptor, and what a process may have of them from its start is often 1,024.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Held agents beside which there are second connections, the console and the database.
const ENOUGH: u64 = 40_000;

/// Raises the limit as far as it may be without rights of an administrator; says so where that is not much.
pub(super) fn raise() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, limit = limit.current, "the limit of open files could not be raised");
        return;
    }
    if let Some(maximum) = limit.maximum.filter(|maximum| *maximum < ENOUGH) {
        tracing::info!(maximum, "so many files and connections can be open at once; a service manager can allow more");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_as_high_as_it_may_be() {
        let maximum = getrlimit(Resource::Nofile).maximum;
        let low = Rlimit { current: Some(256), maximum };
        setrlimit(Resource::Nofile, low).expect("a limit may be lowered");
        raise();
        assert_eq!(getrlimit(Resource::Nofile).current, maximum);
    }
}
