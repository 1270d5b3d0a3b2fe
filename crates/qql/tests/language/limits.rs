//! Limits of `qql.md` 1 and 2, and texts that are meant to hurt.

use std::time::{Duration, Instant};

use fettle_qql::{Entity, MAX_LENGTH};

use crate::support::{context, read, refused};

fn codes(text: &str) -> Vec<&'static str> {
    refused(Entity::Asset, text).errors.iter().map(|error| error.code.name()).collect()
}

#[test]
fn a_query_has_256_terms() {
    let terms = |count: usize| vec!["a"; count].join(" or ");
    read(Entity::Asset, &terms(256));
    assert_eq!(codes(&terms(257)), ["QQL_TOO_COMPLEX"]);
}

#[test]
fn brackets_are_32_levels_deep() {
    let nested = |levels: usize| format!("{}web{}", "(".repeat(levels), ")".repeat(levels));
    read(Entity::Asset, &nested(32));
    assert_eq!(codes(&nested(33)), ["QQL_TOO_COMPLEX"]);
    let groups = |levels: usize| {
        let opening = ["patches:(", "assets:("].into_iter().cycle().take(levels).collect::<String>();
        format!("{opening}x{}", ")".repeat(levels))
    };
    read(Entity::Asset, &groups(32));
    assert_eq!(codes(&groups(33)), ["QQL_TOO_COMPLEX"]);
}

#[test]
fn a_list_has_1000_values() {
    let list = |count: usize| format!("hardware.cpuCount:[{}]", vec!["1"; count].join(","));
    read(Entity::Asset, &list(1_000));
    assert_eq!(codes(&list(1_001)), ["QQL_TOO_COMPLEX"]);
}

#[test]
fn a_text_has_4096_characters() {
    let text = |length: usize| "ö".repeat(length);
    read(Entity::Asset, &text(MAX_LENGTH));
    let invalid = refused(Entity::Asset, &text(MAX_LENGTH + 1));
    assert_eq!((invalid.errors[0].code.name(), invalid.errors[0].offset), ("QQL_TOO_LONG", MAX_LENGTH));
}

#[test]
fn what_is_meant_to_hurt_ends_soon() {
    let cases = [
        "(".repeat(10_000),
        "(".repeat(4_096),
        "not ".repeat(1_024),
        "x:(".repeat(1_365),
        "x:[".repeat(1_365),
        "[".repeat(4_096),
        ")".repeat(4_096),
        "a:".repeat(2_048),
        "\"".repeat(4_095),
        "and ".repeat(1_024),
        "name:\\\"".repeat(500),
        "a is ".repeat(800),
        "patches:(".repeat(455),
        ". .".repeat(1_365),
        format!("name:{}", "*a".repeat(2_000)),
        "not web or ".repeat(255) + "web",
        "x".repeat(1_000_000),
    ];
    for text in cases {
        let start = Instant::now();
        let _ = fettle_qql::check(&text, &context(Entity::Asset));
        let took = start.elapsed();
        let shown: String = text.chars().take(20).collect();
        assert!(took < Duration::from_secs(2), "{shown}… took {took:?}");
    }
}
