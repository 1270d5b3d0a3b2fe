//! What agent and server send each other.

use std::fmt::Debug;

use fettle_wire::component::{canonical, hash};
use fettle_wire::document::{Authorisation, Manifest, TrustStatement};
use fettle_wire::limit::{MAX_DEPTH, MAX_ENVELOPE_AUTHORISATION};
use fettle_wire::message::check_in::{CheckIn, CheckInAnswer};
use fettle_wire::message::dry_run::{DryRunAnswer, DryRunReport};
use fettle_wire::message::enrol::{Enrol, EnrolAnswer, Renew, RenewAnswer, is_same_hardware};
use fettle_wire::message::events::{Events, EventsAnswer, LogChunk, LogsAnswer, detail};
use fettle_wire::message::goodbye::{Goodbye, GoodbyeAnswer};
use fettle_wire::message::refusal::Refusal;
use fettle_wire::message::report::{Report, ReportAnswer};
use fettle_wire::scan::ScanDocument;
use fettle_wire::{Envelope, Fingerprint, PayloadType, PublicKey, WireComponent, depth};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A body of the agent channel: tried as each message.
pub fn messages(bytes: &[u8]) {
    if !depth::is_within(bytes, MAX_DEPTH) {
        return;
    }
    if let Some(enrol) = same_again::<Enrol>(bytes) {
        is_same_hardware(&enrol.hardware, &enrol.hardware);
    }
    same_again::<EnrolAnswer>(bytes);
    same_again::<Renew>(bytes);
    same_again::<RenewAnswer>(bytes);
    same_again::<CheckIn>(bytes);
    if let Some(answer) = same_again::<CheckInAnswer>(bytes) {
        answer.has_news();
    }
    same_again::<ReportAnswer>(bytes);
    same_again::<EventsAnswer>(bytes);
    same_again::<LogChunk>(bytes);
    same_again::<LogsAnswer>(bytes);
    same_again::<DryRunReport>(bytes);
    same_again::<DryRunAnswer>(bytes);
    same_again::<Goodbye>(bytes);
    same_again::<GoodbyeAnswer>(bytes);
    same_again::<Refusal>(bytes);
    same_again::<ScanDocument>(bytes);
    // Components and details hold any JSON: numbers with a fraction may come back a trifle off.
    if let Some((report, _)) = again::<Report>(bytes) {
        report.add.into_iter().chain(report.remove).for_each(read_component);
    }
    if let Some((events, _)) = again::<Events>(bytes) {
        for event in events.events {
            let _ = serde_json::from_value::<detail::State>(event.detail.clone());
            let _ = serde_json::from_value::<detail::Patch>(event.detail.clone());
            let _ = serde_json::from_value::<detail::Refused>(event.detail);
        }
    }
}

pub fn component(bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        read_component(WireComponent(value));
    }
}

/// What a component is hashed by is read again as something with the same hash.
fn read_component(entry: WireComponent) {
    let Ok(component) = entry.read() else { return };
    let text = canonical(&component);
    let value = serde_json::from_str(&text).expect("canonical text is JSON");
    let again = WireComponent(value).read().expect("a component is written as one");
    assert_eq!(canonical(&again), text);
    let sum = Fingerprint::EMPTY.with(&hash(&component));
    assert_eq!(sum.without(&hash(&again)), Fingerprint::EMPTY);
}

/// The payloads of envelopes.
pub fn documents(bytes: &[u8]) {
    same_again::<Manifest>(bytes);
    same_again::<Authorisation>(bytes);
    if let Some(trust) = same_again::<TrustStatement>(bytes) {
        for key in &trust.manifest {
            assert_eq!(trust.manifest_key(&key.id()), Some(key));
        }
    }
}

pub fn envelope(bytes: &[u8]) {
    use PayloadType::{Authorisation as OfAuthorisation, Csr, Manifest as OfManifest, Record, Trust};
    for wanted in [OfAuthorisation, OfManifest, Trust, Record, Csr] {
        let Ok(envelope) = Envelope::open(bytes, wanted, MAX_ENVELOPE_AUTHORISATION) else { continue };
        assert_eq!(envelope.bytes(), bytes);
        assert!(!envelope.is_signed_by(&PublicKey([7; 32])), "nobody has this key");
        assert!(envelope.key_ids().count() <= bytes.len());
        let _ = envelope.read::<Manifest>();
        let _ = envelope.read::<Authorisation>();
        let _ = envelope.read::<TrustStatement>();
    }
}

/// Reads a message, writes it, and reads that: both, if there is one.
fn again<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Option<(T, T)> {
    let message: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_vec(&message).expect("a message is written as JSON");
    let read = serde_json::from_slice(&written);
    Some((message, read.unwrap_or_else(|error| panic!("{}: {error}", String::from_utf8_lossy(&written)))))
}

fn same_again<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let (message, again) = again::<T>(bytes)?;
    assert_eq!(again, message);
    Some(message)
}
