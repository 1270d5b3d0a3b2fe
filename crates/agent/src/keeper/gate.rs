//! Whether a deployment that waits may begin now, and if not, why (`agent.md` 6, step 3). Pure.

use jiff::{SignedDuration, Timestamp};

use crate::limits::Limits;

/// Without contact for so long, nothing new is begun (`agent.md` 4.5).
const SILENCE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// When the manifest lets the deployment begin, and when its window closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub start: Timestamp,
    pub end: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    Open,
    /// Its start lies ahead.
    NotYet,
    Blocked {
        /// As `safety.md` 0 names it.
        reason: &'static str,
        text: String,
    },
    /// Its window has closed.
    Closed,
}

/// `contact` is when the server answered last.
pub fn gate(bounds: Bounds, limits: &Limits, contact: Option<Timestamp>, now: Timestamp) -> Gate {
    if bounds.end.is_some_and(|end| now >= end) {
        return Gate::Closed;
    }
    if now < bounds.start {
        return Gate::NotYet;
    }
    if let Some(until) = limits.frozen_until.filter(|_| limits.is_frozen(now)) {
        return Gate::Blocked { reason: "Freeze", text: format!("frozen-until: this host is frozen until {until}") };
    }
    if !limits.is_window_open(now) {
        let text = "windows: outside the host's windows".to_owned();
        return Gate::Blocked { reason: "HostWindow", text };
    }
    match contact {
        Some(contact) if now.duration_since(contact) > SILENCE => {
            Gate::Blocked { reason: "NoContact", text: format!("the server has not answered since {contact}") }
        }
        _ => Gate::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gate_has_its_reason() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        let now = at("2026-11-21T12:00:00Z");
        let bounds = Bounds { start: at("2026-11-21T11:00:00Z"), end: Some(at("2026-11-21T13:00:00Z")) };
        let free = Limits::default();
        assert_eq!(gate(bounds, &free, Some(now), now), Gate::Open);
        assert_eq!(gate(bounds, &free, None, now), Gate::Open);
        assert_eq!(gate(bounds, &free, None, at("2026-11-21T10:59:59Z")), Gate::NotYet);
        assert_eq!(gate(bounds, &free, None, at("2026-11-21T13:00:00Z")), Gate::Closed);
        let reason = |limits: &str, contact| match gate(bounds, &Limits::parse(limits).expect("limits"), contact, now) {
            Gate::Blocked { reason, .. } => reason,
            gate => panic!("{gate:?}"),
        };
        assert_eq!(reason("frozen-until = 2026-11-22T00:00:00Z", None), "Freeze");
        let window = "windows = [{ days = [\"Sun\"], start = \"02:00\", duration = \"PT4H\", timezone = \"UTC\" }]";
        assert_eq!(reason(window, None), "HostWindow");
        assert_eq!(reason("", Some(at("2026-11-14T11:59:59Z"))), "NoContact");
    }
}
