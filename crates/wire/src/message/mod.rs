//! Bodies of the agent channel, one file per call.

pub mod check_in;
pub mod dry_run;
pub mod enrol;
pub mod events;
pub mod goodbye;
pub mod refusal;
pub mod report;

pub use check_in::{CheckIn, CheckInAnswer};
pub use enrol::{Enrol, EnrolAnswer, Renew, RenewAnswer};
pub use events::{Event, EventKind, Events, EventsAnswer, LogChunk, LogsAnswer};
pub use goodbye::{Goodbye, GoodbyeAnswer};
pub use refusal::Refusal;
pub use report::{Report, ReportAnswer};
