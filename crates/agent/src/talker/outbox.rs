//! What waits to be sent on the second connection, in order, and how much of it is kept (`agent.md` 3.5).

use std::collections::VecDeque;

use fettle_wire::limit::MAX_EVENTS;
use fettle_wire::message::dry_run::DryRunReport;
use fettle_wire::message::{Event, EventKind, LogChunk, Report};
use serde_json::Value;

/// Events that are not sent yet, in bytes of JSON.
const ROOM: usize = 16 * 1024 * 1024;
/// Events of one message, in bytes of JSON: below what a server takes, however badly they pack.
const MESSAGE: usize = 384 * 1024;

#[derive(Debug)]
pub(super) enum Parcel {
    Report(Box<Report>),
    Events(Vec<Event>),
    Log(LogChunk),
    DryRun(DryRunReport),
}

#[derive(Debug, Default)]
pub(super) struct Outbox(VecDeque<Parcel>);

impl Outbox {
    /// Events join those that wait already, as far as one message takes them.
    pub(super) fn push(&mut self, parcel: Parcel) {
        let Parcel::Events(events) = parcel else {
            self.0.push_back(parcel);
            return;
        };
        for event in events {
            match self.0.back_mut() {
                Some(Parcel::Events(waiting))
                    if waiting.len() < MAX_EVENTS && size(waiting) + size(std::slice::from_ref(&event)) <= MESSAGE =>
                {
                    waiting.push(event);
                }
                _ => self.0.push_back(Parcel::Events(vec![event])),
            }
        }
        self.keep_to(ROOM);
    }

    /// Beyond `room` bytes the oldest `package` events lose their details; states, outcomes and records never do.
    fn keep_to(&mut self, room: usize) {
        let mut used: usize = self.events().map(|event| size(std::slice::from_ref(event))).sum();
        let events = self.0.iter_mut().filter_map(|parcel| match parcel {
            Parcel::Events(events) => Some(events),
            _ => None,
        });
        for event in events.flatten().filter(|event| event.kind == EventKind::Package) {
            if used <= room {
                return;
            }
            used -= size(std::slice::from_ref(event));
            event.detail = Value::Null;
            used += size(std::slice::from_ref(event));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn pop(&mut self) -> Option<Parcel> {
        self.0.pop_front()
    }

    /// What could not be sent goes back to the front.
    pub(super) fn put_back(&mut self, parcel: Parcel) {
        self.0.push_front(parcel);
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        let events = self.0.iter().filter_map(|parcel| match parcel {
            Parcel::Events(events) => Some(events),
            _ => None,
        });
        events.flatten()
    }

    pub(super) fn events_waiting(&self) -> u32 {
        u32::try_from(self.events().count()).unwrap_or(u32::MAX)
    }

    /// Everything of an incarnation that has ended.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Bytes of JSON, about: what is not the detail is short.
fn size(events: &[Event]) -> usize {
    const REST: usize = 256;
    events.iter().map(|event| REST + value_size(&event.detail)).sum()
}

fn value_size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(values) => 2 + values.iter().map(|value| value_size(value) + 1).sum::<usize>(),
        Value::Object(fields) => {
            2 + fields.iter().map(|(name, value)| name.len() + 4 + value_size(value)).sum::<usize>()
        }
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(seq: u32, kind: EventKind, text: &str) -> Event {
        Event {
            deployment: uuid::Uuid::from_u128(1).into(),
            seq,
            time: jiff::Timestamp::UNIX_EPOCH,
            boot: String::new(),
            kind,
            state: None,
            detail: json!({ "name": text }),
        }
    }

    #[test]
    fn a_message_is_bounded_and_the_oldest_package_details_go_first() {
        let text = "x".repeat(100 * 1024);
        let mut outbox = Outbox::default();
        outbox.push(Parcel::Events((1..=10).map(|seq| event(seq, EventKind::Package, &text)).collect()));
        outbox.push(Parcel::Events(vec![event(11, EventKind::State, &text)]));
        assert_eq!(outbox.0.len(), 4, "three fit in one message");
        outbox.keep_to(500 * 1024);
        let whole: Vec<u32> = outbox.events().filter(|event| !event.detail.is_null()).map(|event| event.seq).collect();
        assert_eq!(whole, [8, 9, 10, 11]);
        assert_eq!(outbox.events_waiting(), 11, "numbers have no gap");
    }
}
