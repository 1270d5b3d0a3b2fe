//! `qql.md` 4.

use fettle_qql::Entity;
use fettle_qql::order::{DateInterval, Direction, group_by, sort};
use fettle_qql::token::Vocabulary;

use crate::support::shown;

fn sorted(text: &str) -> Vec<(&'static str, Direction)> {
    let keys = sort(text, Entity::Patch, Vocabulary::FETTLE).unwrap_or_else(|invalid| panic!("{}", shown(&invalid)));
    keys.into_iter().map(|key| (key.token.name, key.direction)).collect()
}

#[test]
fn both_forms_of_an_order_are_read() {
    use Direction::{Ascending, Descending};
    let both = [("vendorSeverity", Descending), ("title", Ascending)];
    assert_eq!(sorted(r#"[{"vendorSeverity":"desc"},{"title":"asc"}]"#), both);
    assert_eq!(sorted("vendorSeverity:desc, title"), both);
    assert_eq!(sorted(""), []);
    assert_eq!(sorted("[]"), []);
}

#[test]
fn what_cannot_be_an_order_is_refused_with_what_can() {
    let refused = |text| shown(&sort(text, Entity::Vulnerability, Vocabulary::FETTLE).expect_err("no order"));
    let texts = [
        "cvssVector",
        "cvs:desc",
        "cve:down",
        "cve,cvss,epss,patchCount",
        "[{\"cve\":\"asc\",\"cvss\":\"desc\"}]",
        "[{\"cve\":1}]",
        "[cve]",
        "[{\"cve\":\"desc\"},{\"isRansomware\":\"asc\"}]",
        ",",
    ];
    insta::assert_snapshot!(texts.map(refused).join("\n\n"), @r#"
    QQL_NOT_SORTABLE: `cvssVector` cannot be sorted by
      help: what can be is cve, cvss, epss, epssPercentile, publishedDate, knownExploitedDate, knownExploitedDueDate, patchCount, affectedAssetCount
      suggested: cve | cvss | epss | epssPercentile | publishedDate | knownExploitedDate | knownExploitedDueDate | patchCount | affectedAssetCount
    cvssVector
    ^^^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'cvs' is not a token of vulnerability
      help: did you mean 'cve' or 'cvss'?
      suggested: cve | cvss
    cvs:desc
    ^^^

    QQL_BAD_VALUE: 'down' is no direction
      help: a direction is `asc` or `desc`
      suggested: asc | desc
    cve:down
    ^^^

    QQL_TOO_COMPLEX: there are 3 at most
    cve,cvss,epss,patchCount
                  ^^^^^^^^^^

    QQL_SYNTAX: the order is not readable
      help: each entry names one token: write `[{"vendorSeverity":"desc"},{"title":"asc"}]`
    [{"cve":"asc","cvss":"desc"}]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_SYNTAX: the order is not readable
      help: each entry names one token: write `[{"vendorSeverity":"desc"},{"title":"asc"}]`
    [{"cve":1}]
    ^^^^^^^^^^^

    QQL_SYNTAX: the order is not readable
      help: write `[{"vendorSeverity":"desc"},{"title":"asc"}]`
    [cve]
    ^^^^^

    QQL_NOT_SORTABLE: `isRansomware` cannot be sorted by
      help: what can be is cve, cvss, epss, epssPercentile, publishedDate, knownExploitedDate, knownExploitedDueDate, patchCount, affectedAssetCount
      suggested: cve | cvss | epss | epssPercentile | publishedDate | knownExploitedDate | knownExploitedDueDate | patchCount | affectedAssetCount
    [{"cve":"desc"},{"isRansomware":"asc"}]
                      ^^^^^^^^^^^^

    QQL_UNKNOWN_TOKEN: '' is not a token of vulnerability
    ,
    ^
    QQL_UNKNOWN_TOKEN: '' is not a token of vulnerability
    ,
     ^
    "#);
}

#[test]
fn groups_are_one_or_two_tokens() {
    let names = |text| -> Vec<_> {
        let tokens = group_by(text, Entity::Asset, Vocabulary::FETTLE).expect("groups");
        tokens.into_iter().map(|token| token.name).collect()
    };
    assert_eq!(names("platform, scanDateTime"), ["platform", "scanDateTime"]);
    assert_eq!(names("version"), ["agentVersion"]);
    let refused = |text| shown(&group_by(text, Entity::Component, Vocabulary::FETTLE).expect_err("no group"));
    insta::assert_snapshot!(["assetCount", "name,kind,arch", "name:desc", "nmae"].map(refused).join("\n\n"), @r#"
    QQL_NOT_GROUPABLE: `assetCount` cannot be grouped by
      help: what can be is name, source, version, sourceVersion, kind, arch
      suggested: name | source | version | sourceVersion | kind | arch
    assetCount
    ^^^^^^^^^^

    QQL_TOO_COMPLEX: there are 2 at most
    name,kind,arch
              ^^^^

    QQL_SYNTAX: groups have no direction
    name:desc
    ^^^^

    QQL_UNKNOWN_TOKEN: 'nmae' is not a token of component
      help: did you mean 'name'?
      suggested: name
    nmae
    ^^^^
    "#);
    assert_eq!(DateInterval::named("quarter"), Some(DateInterval::Quarter));
    assert_eq!(DateInterval::named("hour"), None);
}
