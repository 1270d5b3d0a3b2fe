//! How easily a password is guessed: what the server asks a process of its own program, which ends with its answer.

use fettle_fleet::access::guessing::{Estimator, answer};

use crate::failure::{Failure, Finding};

pub(crate) fn run() -> Result<Finding, Failure> {
    answer(std::io::stdin().lock(), std::io::stdout().lock()).map_err(|source| Failure::File {
        operation: "standard input is no question about a password".to_owned(),
        source,
    })?;
    Ok(Finding::Nothing)
}

/// This very program, also after another was put at its place.
pub(crate) fn estimator() -> Estimator {
    Estimator::Process { program: "/proc/self/exe".into(), arguments: vec!["estimate-password".to_owned()] }
}
