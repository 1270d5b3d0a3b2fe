//! What the keeper's loop hears: lines of the talker, and its own children.

use std::sync::mpsc;

use fettle_wire::Code;
use fettle_wire::message::dry_run::DryRunReport;
use fettle_wire::message::report::OfferDetails;

use super::deployment::Said;
use crate::scan::Scan;

#[derive(Debug)]
pub enum Input {
    /// A line of the talker.
    Line(String),
    Scanned(Box<Scan>),
    /// The collector ended without an answer.
    ScanFailed(Code, String),
    Changelogs(Vec<OfferDetails>),
    Simulated(Box<DryRunReport>),
    Deployment(Said),
    Tick,
}

/// The way into the keeper's loop. A keeper that is gone ends the program, so nobody misses the input.
#[derive(Debug, Clone)]
pub struct Inputs(pub mpsc::Sender<Input>);

impl Inputs {
    pub fn channel() -> (Self, mpsc::Receiver<Input>) {
        let (sender, receiver) = mpsc::channel();
        (Self(sender), receiver)
    }

    pub fn send(&self, input: Input) {
        drop(self.0.send(input));
    }
}
