//! `qql.md` 5: the example, the order, the places.

use fettle_qql::Entity;

use crate::support::{refused, shown};

#[test]
fn the_example_of_the_specification() {
    let invalid = refused(Entity::Patch, "isSuperseded:false and vendorSeverty:Critical");
    let json = format!(r#"{{"error":{}}}"#, serde_json::to_string(&invalid).expect("JSON"));
    let expected = concat!(
        r#"{"error":{"code":"QQL_INVALID","message":"the query has 1 error","field":"query","errors":["#,
        r#"{"code":"QQL_UNKNOWN_TOKEN","message":"'vendorSeverty' is not a token of patch","offset":23,"length":13,"#,
        r#""help":"did you mean 'vendorSeverity'?","suggestions":["vendorSeverity"],"#,
        r#""caret":"isSuperseded:false and vendorSeverty:Critical\n                       ^^^^^^^^^^^^^"}]}}"#
    );
    assert_eq!(json, expected);
}

#[test]
fn all_errors_are_told_in_the_order_of_the_text_ten_at_most() {
    let text = "platfrm:Linux and (hardware.memoryMb:x or nam:web) and created:[2027 .. 2026] name:y and platform:";
    insta::assert_snapshot!(shown(&refused(Entity::Asset, text)), @r#"
    QQL_UNKNOWN_TOKEN: 'platfrm' is not a token of asset
      help: did you mean 'platform'?
      suggested: platform
    platfrm:Linux and (hardware.memoryMb:x or nam:web) and created:[2027 .. 2026] name:y and platform:
    ^^^^^^^
    QQL_BAD_VALUE: 'x' is no value of `hardware.memoryMb`, of kind int
      help: it is a whole number such as `10` or `-3`
    platfrm:Linux and (hardware.memoryMb:x or nam:web) and created:[2027 .. 2026] name:y and platform:
                                         ^
    QQL_UNKNOWN_TOKEN: 'nam' is not a token of asset
      help: did you mean 'name'?
      suggested: name
    platfrm:Linux and (hardware.memoryMb:x or nam:web) and created:[2027 .. 2026] name:y and platform:
                                              ^^^
    QQL_REVERSED_RANGE: the range ends before it begins
      help: change its ends: the smaller one comes first
    platfrm:Linux and (hardware.memoryMb:x or nam:web) and created:[2027 .. 2026] name:y and platform:
                                                           ^^^^^^^^^^^^^^^^^^^^^^
    QQL_MISSING_OPERATOR: an operator lacks before `name`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    platfrm:Linux and (hardware.memoryMb:x or nam:web) and created:[2027 .. 2026] name:y and platform:
                                                                                  ^^^^
    QQL_SYNTAX: expected a value, found the end
      help: a value is one or several words, a text in quotes, a list `[a,b]` or a range `[a .. b]`
      suggested: "text"
    platfrm:Linux and (hardware.memoryMb:x or nam:web) and created:[2027 .. 2026] name:y and platform:
                                                                                                      ^
    "#);
    let many = refused(Entity::Asset, &["x:1"; 12].join(" and "));
    assert_eq!((many.message(), many.errors.len()), ("the query has 12 errors", 10));
}

#[test]
fn places_are_counted_in_characters() {
    let invalid = refused(Entity::Asset, "name:\"日本語 😀\" and\n\tplatfrm:Linux");
    let error = &invalid.errors[0];
    assert_eq!((error.offset, error.length), (18, 7));
    insta::assert_snapshot!(shown(&invalid), @r#"
    QQL_UNKNOWN_TOKEN: 'platfrm' is not a token of asset
      help: did you mean 'platform'?
      suggested: platform
     platfrm:Linux
     ^^^^^^^
    "#);
    // Two characters that are read as one are marked as two.
    let invalid = refused(Entity::Asset, "cafe\u{301} or e\u{301}te\u{301}:1 and \u{1100}\u{1161}\u{11a8} or x:1");
    let places: Vec<_> = invalid.errors.iter().map(|error| (error.offset, error.length)).collect();
    assert_eq!(places, [(9, 5), (28, 1)]);
    let wide = refused(Entity::Asset, "日本:Linux and name:x");
    insta::assert_snapshot!(shown(&wide), @r#"
    QQL_UNKNOWN_TOKEN: '日本' is not a token of asset
      help: to search for this text, quote it
    日本:Linux and name:x
    ^^^^
    "#);
    let long = format!("{} or platfrm:Linux or {}", "name:web".repeat(30), "name:db".repeat(30));
    insta::assert_snapshot!(shown(&refused(Entity::Asset, &long)), @r#"
    QQL_UNKNOWN_TOKEN: 'platfrm' is not a token of asset
      help: did you mean 'platform'?
      suggested: platform
    …:webname:webname:webname:webname:webname:webname:webname:webname:webname:web or platfrm:Linux or name:dbname:dbname:dbname:dbname:dbname:dbname:dbname:dbname:db…
                                                                                     ^^^^^^^
    "#);
}
