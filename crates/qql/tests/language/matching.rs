//! `qql.md` 3.1 and 3.2: what a text matches, by the matchers that every evaluator uses.

use std::net::IpAddr;

use fettle_qql::Entity;
use fettle_qql::typed::{Form, Test};
use fettle_qql::value::compare_dotted;

use crate::support::read;

/// Does `token:written` hold for a thing whose value is `value`?
fn holds(entity: Entity, term: &str, value: &str) -> bool {
    let query = read(entity, term);
    let leaf = match query.root.form {
        Form::Leaf(leaf) => leaf,
        Form::Elements(elements) => match elements.inner.form {
            Form::Leaf(leaf) => leaf,
            other => panic!("{term}: {other:?}"),
        },
        Form::Free(free) => return free.asked.matcher.matches(value),
        other => panic!("{term}: {other:?}"),
    };
    match leaf.test {
        Test::Present => true,
        Test::Words(asked) => asked.iter().any(|asked| asked.matcher.matches(value)),
        Test::Whole(asked) => asked.iter().any(|asked| asked.matcher.matches(value)),
        Test::Int(intervals) => intervals.iter().any(|interval| interval.contains(&value.parse().expect("a number"))),
        Test::Float(intervals) => intervals.iter().any(|interval| interval.contains(&value.parse().expect("a number"))),
        Test::Version(intervals) => intervals
            .iter()
            .any(|interval| interval.contains_by(&value.to_owned(), |left, right| compare_dotted(left, right))),
        Test::Address(intervals) => {
            let value: IpAddr = value.parse().expect("an address");
            intervals.iter().any(|interval| interval.contains_address(&value))
        }
        other => panic!("{term}: {other:?}"),
    }
}

#[test]
fn text_is_asked_for_by_words() {
    let title = "Cumulative Security Update for Windows-10 (KB5027215)";
    for (term, expected) in [
        ("title:security", true),
        ("title:secur", false),
        ("title:Update Nothing", true),
        ("title:Nothing None", false),
        ("title:\"Security Update\"", true),
        ("title:\"update security\"", false),
        ("title:\"Security   update,\"", true),
        ("title:`Security Update`", false),
        ("title:`Cumulative Security Update for Windows-10 (KB5027215)`", true),
        ("title:`cumulative Security Update for Windows-10 (KB5027215)`", false),
        ("title:sec*", true),
        ("title:*date", true),
        ("title:KB50?7215", true),
        ("title:KB50?215", false),
        ("title:*", true),
        ("title:\"sec*\"", false),
        ("title:windows-10", true),
        ("title:10-windows", false),
        ("title:windows-1*", true),
        ("title:wind*10", false),
        ("title:[nothing,kb5027215]", true),
        ("title:\"--\"", false),
    ] {
        assert_eq!(holds(Entity::Patch, term, title), expected, "{term}");
    }
    assert!(holds(Entity::Patch, "security", title) && !holds(Entity::Patch, "\"security kb\"", title));
}

#[test]
fn keywords_are_asked_for_whole() {
    for (term, value, expected) in [
        ("timezone:\"europe/oslo\"", "Europe/Oslo", true),
        ("timezone:oslo", "Europe/Oslo", false),
        ("timezone:*oslo", "Europe/Oslo", true),
        ("timezone:`europe/oslo`", "Europe/Oslo", false),
        ("timezone:`Europe/Oslo`", "Europe/Oslo", true),
        ("osFamily:Red  Hat", "Red Hat", true),
        ("osFamily:Red Hat", "Red", false),
        ("osFamily:Red*", "Red Hat", true),
        ("interfaces.macAddress:00:50:56:*", "00:50:56:aa:bb:cc", true),
        ("hardware.serialNumber:5CG?", "5CG12", false),
    ] {
        assert_eq!(holds(Entity::Asset, term, value), expected, "{term}");
    }
}

#[test]
fn case_and_composition_do_not_matter() {
    for (term, value, expected) in [
        ("title:straße", "STRASSE", true),
        ("title:ΣΊΣΥΦΟΣ", "σίσυφος", true),
        ("title:cafe\u{301}", "Café", true),
        ("title:`cafe\u{301}`", "caf\u{e9}", true),
        ("title:été", "e\u{301}te\u{301}", true),
        ("title:日本*", "日本語版", true),
        ("title:i\u{307}", "\u{130}", true),
    ] {
        assert_eq!(holds(Entity::Patch, term, value), expected, "{term}");
    }
}

#[test]
fn numbers_versions_and_addresses_have_an_order() {
    for (term, value, expected) in [
        ("hardware.memoryMb>4096", "4096", false),
        ("hardware.memoryMb>=4096", "4096", true),
        ("hardware.memoryMb:[1 .. 5)", "5", false),
        ("hardware.memoryMb:(1 .. 5]", "5", true),
        ("hardware.memoryMb:[1,5]", "3", false),
        ("hardware.memoryMb:[* .. 5]", "-7", true),
        ("osVersion>=10.0.19045", "10.0.9200", false),
        ("osVersion>=10.0.19045", "10.0.22631", true),
        ("osVersion:12", "12.0", true),
        ("agentVersion<1.4", "1.10", false),
        ("interfaces.address:10.0.0.0/24", "10.0.0.255", true),
        ("interfaces.address:10.0.0.77/24", "10.0.1.0", false),
        ("interfaces.address:[10.0.0.1 .. 10.0.0.20]", "10.0.0.20", true),
        ("interfaces.address:[10.0.0.1 .. 10.0.0.20)", "10.0.0.20", false),
        ("interfaces.address>10.0.0.0/24", "10.0.0.9", false),
        ("interfaces.address>10.0.0.0/24", "10.0.1.0", true),
        ("interfaces.address>10.0.0.0", "fe80::1", false),
        ("interfaces.address:fe80::/10", "febf::1", true),
        ("interfaces.address:fe80::/10", "fec0::1", false),
    ] {
        assert_eq!(holds(Entity::Asset, term, value), expected, "{term} of {value}");
    }
}

/// The console writes values into queries by a table of its own (`console/src/query/written.json`): each means itself,
/// alone and in a list, and no other of them.
#[test]
fn values_that_the_console_writes_mean_themselves() {
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../../../../console/src/query/written.json")).expect("JSON");
    assert!(cases.len() >= 40);
    for (kind, token) in [("text", "operatingSystem"), ("keyword", "osFamily")] {
        let of_kind: Vec<(&str, &str)> = cases
            .iter()
            .filter(|case| case["kind"] == kind)
            .map(|case| (case["value"].as_str().expect("a value"), case["written"].as_str().expect("a text")))
            .collect();
        let written: Vec<&str> = of_kind.iter().map(|(_, written)| *written).collect();
        let list = format!("{token}:[{}]", written.join(","));
        for (value, written) in &of_kind {
            let term = format!("{token}:{written}");
            let found: Vec<&str> =
                of_kind.iter().map(|(value, _)| *value).filter(|other| holds(Entity::Asset, &term, other)).collect();
            assert_eq!(found, [*value], "{term}");
            assert!(!holds(Entity::Asset, &term, &format!("{value}x")), "{term}");
            assert!(holds(Entity::Asset, &list, value), "{list}: {value}");
            let joined = read(Entity::Asset, &format!("{term} and name:x and ({token} is null or {term})"));
            assert!(matches!(&joined.root.form, Form::And(parts) if parts.len() == 3), "{term}");
        }
    }
}
