//! `qql.md` 6.

use fettle_qql::Entity;
use fettle_qql::complete::{NoValues, Values, complete};
use fettle_qql::token::TokenDefinition;

use crate::support::context;

/// A fleet of two severities and three hosts.
struct Counted;

impl Values for Counted {
    fn commonest(&self, token: &TokenDefinition, prefix: &str, limit: usize) -> Option<Vec<(String, u64)>> {
        let all: &[(&str, u64)] = match token.name {
            "vendorSeverity" => &[("Important", 1_032), ("Critical", 412)],
            "name" => &[("web01", 3), ("web 02", 2), ("db", 1)],
            _ => return None,
        };
        let begins = all.iter().filter(|(value, _)| value.to_lowercase().starts_with(&prefix.to_lowercase()));
        Some(begins.take(limit).map(|(value, count)| ((*value).to_owned(), *count)).collect())
    }
}

#[test]
fn the_example_of_the_specification() {
    let completions = complete("vendorSeverity:", 15, &context(Entity::Patch), &Counted);
    let expected = concat!(
        r#"{"replace":{"offset":15,"length":0},"items":["#,
        r#"{"kind":"value","insert":"Critical","label":"Critical","count":412},"#,
        r#"{"kind":"value","insert":"Important","label":"Important","count":1032}]}"#
    );
    assert_eq!(serde_json::to_string(&completions).expect("JSON"), expected);
}

/// What is offered at `|`, behind the text that it would replace.
fn offered(entity: Entity, text: &str, values: &dyn Values) -> String {
    let cursor = text.chars().position(|c| c == '|').expect("a cursor");
    let text: String = text.chars().filter(|c| *c != '|').collect();
    let completions = complete(&text, cursor, &context(entity), values);
    let replaced: String = text.chars().skip(completions.replace.offset).take(completions.replace.length).collect();
    let items: Vec<_> = completions.items.iter().map(|item| item.insert.as_str()).collect();
    format!("{replaced} -> {}", items.join(", "))
}

#[test]
fn what_is_offered_where() {
    let table = |entity, texts: &[&str]| {
        let line = |text: &&str| format!("{text}   {}", offered(entity, text, &Counted));
        texts.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(table(Entity::Asset, &[
        "|", "plat|", "pl|atform:Linux", "mem|", "vers|", "no|", "platform |", "platform i|", "hardware.memoryMb |",
        "patches |",
        "platform:|", "platform:l|", "platform:[Linux, |", "platform:[Linux |", "name:w|", "name:\"we|",
        "name:web 0|",
        "name:web |", "name:web a|", "name:\"web\"|", "name:\"web\" |", "(name:web |", "created:|", "created>=now|",
        "lastLoggedOnUser is |", "lastLoggedOnUser is not |", "platform:Linux and |", "not |", "(|",
        "patches:(vendorS|",
        "patches:(vendorSeverity:|", "patches:(isLat|", "components:(|", "interfaces:(add|", "nonsense:(x:|",
        "platform:Linux platform |",
        "pendingReboot:t|", "pendingReboot:|", "platform|", "hardware.memoryMb|", "created:(|", "created:(now-7|",
        "created:(now .. |",
        "name:(we|",
    ]), @r#"
    |    -> id, agentId, name, hostname, fqdn, platform, operatingSystem, osFamily, osVersion, osIdentifier, architecture, agentVersion, agentStatus, activationKey, created, lastCheckedIn, lastBoot, hardware.manufacturer, not, (
    plat|   plat -> platform
    pl|atform:Linux   platform -> platform
    mem|   mem -> hardware.memoryMb
    vers|   vers -> version, osVersion, agentVersion, components.version, components.sourceVersion
    no|   no -> nonSupersededMissingPatchCount, not
    platform |    -> :, is null, is not null, and, or
    platform i|   i -> is null, is not null
    hardware.memoryMb |    -> :, >, >=, <, <=, is null, is not null, and, or
    patches |    -> :(, and, or
    platform:|    -> Windows, Linux
    platform:l|   l -> Linux
    platform:[Linux, |    -> Windows, Linux
    platform:[Linux |   Linux  -> Linux
    name:w|   w -> web01, "web 02"
    name:"we|   "we -> "web01", "web 02"
    name:web 0|   web 0 -> "web 02"
    name:web |    -> and, or
    name:web a|   a -> and
    name:"web"|    -> and, or
    name:"web" |    -> and, or
    (name:web |    -> and, or, )
    created:|    -> now-7d, 2026-11-28, now/d, [now-7d .. now], [now-30d .. now], [now/M .. now]
    created>=now|   now -> now-7d, now/d
    lastLoggedOnUser is |    -> null, not null
    lastLoggedOnUser is not |    -> null
    platform:Linux and |    -> id, agentId, name, hostname, fqdn, platform, operatingSystem, osFamily, osVersion, osIdentifier, architecture, agentVersion, agentStatus, activationKey, created, lastCheckedIn, lastBoot, hardware.manufacturer, not, (
    not |    -> id, agentId, name, hostname, fqdn, platform, operatingSystem, osFamily, osVersion, osIdentifier, architecture, agentVersion, agentStatus, activationKey, created, lastCheckedIn, lastBoot, hardware.manufacturer, not, (
    (|    -> id, agentId, name, hostname, fqdn, platform, operatingSystem, osFamily, osVersion, osIdentifier, architecture, agentVersion, agentStatus, activationKey, created, lastCheckedIn, lastBoot, hardware.manufacturer, not, (
    patches:(vendorS|   vendorS -> vendorSeverity
    patches:(vendorSeverity:|    -> Critical, Important
    patches:(isLat|   isLat -> isLatest
    components:(|    -> name, source, version, sourceVersion, arch, kind, not, (
    interfaces:(add|   add -> address, ipv6Address, macAddress
    nonsense:(x:|    -> 
    platform:Linux platform |    -> and, or
    pendingReboot:t|   t -> true
    pendingReboot:|    -> true, false
    platform|   platform -> platform, platform:, platform is null, platform is not null
    hardware.memoryMb|   hardware.memoryMb -> hardware.memoryMb, hardware.memoryMb:, hardware.memoryMb>, hardware.memoryMb>=, hardware.memoryMb<, hardware.memoryMb<=, hardware.memoryMb is null, hardware.memoryMb is not null
    created:(|    -> now-7d, 2026-11-28, now/d, [now-7d .. now], [now-30d .. now], [now/M .. now]
    created:(now-7|   now-7 -> now-7d
    created:(now .. |    -> now-7d, 2026-11-28, now/d, [now-7d .. now], [now-30d .. now], [now/M .. now]
    name:(we|   we ->
    "#);
    assert_eq!(offered(Entity::Patch, "vendorSeverity:|", &NoValues), " -> Critical, Important, Moderate, Low, None");
    assert_eq!(offered(Entity::Patch, "category:Security P|", &NoValues), "Security P -> \"Security Patches\"");
    assert_eq!(offered(Entity::Asset, "hostname:w|", &NoValues), "w -> ");
    // An alias is a whole name, and not for the inside of a group of elements.
    assert!(offered(Entity::Patch, "packag|", &NoValues).contains(" package,"));
    assert_eq!(offered(Entity::Patch, "packageDetails:(pack|", &NoValues), "pack -> packageName");
    assert_eq!(
        offered(Entity::Asset, "vulnerabilities.vulnerability.patches:(packageDetails:(pack|", &NoValues),
        "pack -> packageName"
    );
}

#[test]
fn each_token_is_offered_with_its_kind_an_example_and_help() {
    let completions = complete("pendingR", 8, &context(Entity::Asset), &NoValues);
    insta::assert_snapshot!(serde_json::to_string(&completions.items).expect("JSON"), @r#"[{"kind":"token","insert":"pendingReboot","label":"pendingReboot","type":"bool","example":"pendingReboot:true","help":"A restart is needed"}]"#);
}

#[test]
fn any_text_and_cursor_are_taken() {
    for text in ["name:\"\u{e9}\" and (", "日本:[", "a is not ", "\"", "x:(y:(z", "name:web02", &"(".repeat(5_000)] {
        for cursor in 0..=text.chars().count().min(40) + 1 {
            let completions = complete(text, cursor, &context(Entity::Asset), &Counted);
            assert!(completions.items.len() <= 20 && completions.replace.offset <= cursor);
        }
    }
}
