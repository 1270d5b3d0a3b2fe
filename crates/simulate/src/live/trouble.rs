//! Why a call failed, in the few words by which failures are counted.

use std::error::Error;
use std::io;

use fettle_agent_core::talker::client::CallError;

/// `ENFILE` and `EMFILE` of errno(3).
const DESCRIPTORS: [i32; 2] = [23, 24];

pub(super) fn kind(error: &CallError) -> String {
    match error {
        CallError::Untrusted(_) => "SERVER_UNTRUSTED".to_owned(),
        CallError::Refused { status, body, .. } => format!("{} ({status})", body.code),
        CallError::Answer { .. } => "an answer that cannot be read".to_owned(),
        CallError::NoAnswer { source, .. } => unanswered(source).to_owned(),
    }
}

fn unanswered(error: &reqwest::Error) -> &'static str {
    let io = io_error(error);
    if io.and_then(io::Error::raw_os_error).is_some_and(|code| DESCRIPTORS.contains(&code)) {
        return "no file descriptor left here";
    }
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::AddrNotAvailable) => "no port left here",
        Some(io::ErrorKind::ConnectionRefused) => "connection refused",
        _ if error.is_timeout() && error.is_connect() => "no connection in time",
        _ if error.is_timeout() => "no answer in time",
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
            if error.is_connect() =>
        {
            "closed before TLS was set up"
        }
        _ if error.is_connect() => "no connection",
        _ => "closed without an answer",
    }
}

/// The innermost error of the system.
fn io_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    let mut found = None;
    let mut next = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        found = io.or(found);
        // An I/O error hides what it was made of from `source`.
        next = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    found
}
