//! The agent as a program, against a server of the channel that stands in for the real one.

mod channel;
mod deployments;
mod journals;
mod leaving;
mod limits;
mod renewing;
mod scanning;
mod self_check;
mod setting;
mod support;
