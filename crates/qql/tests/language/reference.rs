//! The page and the tables that are made of the definitions.

use std::collections::HashSet;

use fettle_qql::token::{Kind, Vocabulary};
use fettle_qql::{Entity, reference};

#[test]
fn the_reference_page_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/qql.md");
    let stored = fs_err::read_to_string(path).unwrap_or_default();
    assert!(stored == reference::page(), "docs/qql.md is not current: fettle qql tokens --markdown > docs/qql.md");
}

#[test]
fn definitions_agree_with_each_other() {
    for entity in Entity::ALL {
        let mut names = HashSet::new();
        let mut ids = HashSet::new();
        for token in Vocabulary::FETTLE.tokens(entity) {
            for name in [token.name].iter().chain(token.aliases) {
                assert!(names.insert(*name), "{entity} has {name} twice");
                let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
                assert!(name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_name), "{name}");
            }
            assert!(ids.insert(token.id), "{entity} has {:?} twice", token.id);
            assert!(!token.help.is_empty() && !token.help.ends_with('.') && token.help.len() <= 100, "{}", token.name);
            // `hardware.`, `job.` and `tags.` are parts of names; other dots stand behind the group of an element.
            let is_group = |(group, _): &(&str, &str)| !["hardware", "job", "tags"].contains(group);
            if let Some((group, _)) = token.name.split_once('.').filter(is_group) {
                let group = Vocabulary::FETTLE.find(entity, group).expect("the group of an element is a token");
                assert_eq!(group.kind, Kind::Elements, "{}", token.name);
            }
        }
    }
}

#[test]
fn a_token_is_told_as_json() {
    let tokens = reference::tokens(Entity::Patch);
    let token = tokens.iter().find(|token| token.name == "vendorSeverity").expect("a token");
    insta::assert_snapshot!(serde_json::to_string(token).expect("JSON"), @r#"{"name":"vendorSeverity","aliases":[],"type":"enum","values":["None","Low","Moderate","Important","Critical"],"ranked":true,"sorting":"sortable","grouping":"groupable","search":"named","level":"fact","tie":null,"cardinality":"one","example":"vendorSeverity:[Critical,Important]","help":"The vendor's severity; where it gives none, of the highest CVSS score"}"#);
}
