//! Every message of version 1 as it was released: each must be read for ever, and nothing that it says may get lost.
//! A fixture is never changed; a new field gets a new fixture.

use std::path::Path;

use fettle_wire::document::authorisation::Authorisation;
use fettle_wire::document::manifest::Manifest;
use fettle_wire::document::trust::TrustStatement;
use fettle_wire::message::check_in::{CheckIn, CheckInAnswer};
use fettle_wire::message::dry_run::{DryRunAnswer, DryRunReport};
use fettle_wire::message::enrol::{Enrol, EnrolAnswer, Renew, RenewAnswer};
use fettle_wire::message::events::{Events, EventsAnswer, LogChunk, LogsAnswer, detail};
use fettle_wire::message::goodbye::{Goodbye, GoodbyeAnswer};
use fettle_wire::message::refusal::Refusal;
use fettle_wire::message::report::{Report, ReportAnswer};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1").join(format!("{name}.json"));
    let text = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_reader(text).expect("JSON")
}

/// Reads the fixture, and finds each of its values again in what is written.
fn reads<T: DeserializeOwned + Serialize>(name: &str) -> T {
    let fixture = fixture(name);
    let message: T = serde_json::from_value(fixture.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let written = serde_json::to_value(&message).expect("JSON");
    assert_holds(&written, &fixture, name);
    message
}

fn assert_holds(written: &Value, fixture: &Value, place: &str) {
    match (written, fixture) {
        (Value::Object(written), Value::Object(fixture)) => {
            for (key, value) in fixture {
                let place = format!("{place}.{key}");
                assert_holds(written.get(key).unwrap_or_else(|| panic!("{place} got lost")), value, &place);
            }
        }
        (Value::Array(written), Value::Array(fixture)) => {
            assert_eq!(written.len(), fixture.len(), "{place}");
            for (at, (written, fixture)) in written.iter().zip(fixture).enumerate() {
                assert_holds(written, fixture, &format!("{place}[{at}]"));
            }
        }
        _ => assert_eq!(written, fixture, "{place}"),
    }
}

#[test]
fn every_message_is_still_read() {
    reads::<Enrol>("enrol");
    reads::<Enrol>("enrol-least");
    reads::<EnrolAnswer>("enrol-answer");
    reads::<Renew>("renew");
    reads::<RenewAnswer>("renew-answer");
    reads::<CheckIn>("check-in");
    reads::<CheckIn>("check-in-least");
    reads::<CheckInAnswer>("check-in-answer");
    assert!(!reads::<CheckInAnswer>("check-in-answer-least").has_news());
    reads::<Report>("report-least");
    reads::<ReportAnswer>("report-answer");
    reads::<EventsAnswer>("events-answer");
    reads::<LogChunk>("logs");
    reads::<LogsAnswer>("logs-answer");
    reads::<DryRunReport>("dry-run");
    reads::<DryRunAnswer>("dry-run-answer");
    reads::<Goodbye>("goodbye");
    reads::<GoodbyeAnswer>("goodbye-answer");
    reads::<Refusal>("refusal");
    reads::<Manifest>("manifest");
    reads::<Authorisation>("authorisation");
    reads::<Authorisation>("authorisation-host-labels");
    reads::<Report>("report-limits");
    reads::<TrustStatement>("trust");
}

#[test]
fn components_and_event_details_are_still_read() {
    for entry in reads::<Report>("report").add {
        entry.read().expect("a component");
    }
    let [state, patch, refused, _]: [_; 4] = reads::<Events>("events").events.try_into().expect("four events");
    let _: detail::State = serde_json::from_value(state.detail).expect("a state");
    let _: detail::Patch = serde_json::from_value(patch.detail).expect("an outcome");
    let _: detail::Refused = serde_json::from_value(refused.detail).expect("a refusal");
}

#[test]
fn no_fixture_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1");
    let source = include_str!("version_1.rs");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let name = entry.expect("a file").file_name().to_string_lossy().replace(".json", "");
        assert!(source.contains(&format!("(\"{name}\")")), "{name} is not read");
    }
}
