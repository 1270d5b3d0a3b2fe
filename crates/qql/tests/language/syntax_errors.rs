//! Errors of the grammar (`qql.md` 2, 5).

use fettle_qql::Entity;

use crate::support::all_refused;

#[test]
fn what_was_expected_is_said() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "platform:", "and platform:Linux", "platform:Linux and", "platform:Linux or or name:web", "()", "web )",
        "web ]",
        "name:and", "lastLoggedOnUser is", "lastLoggedOnUser is Linux", "lastLoggedOnUser is not", "null", "is null",
        "platform:[Linux,]", "platform:[Linux (Windows]", "created:[2026 .. 2027",
        "created:[2026 .. 2027 and name:x]", "[a,b]",
        "not", "name:(", "name: platform:Linux", "platform:[and]", "hardware.memoryMb:>[1 .. 2]",
    ]), @r#"
    QQL_SYNTAX: expected a value, found the end
      help: a value is one or several words, a text in quotes, a list `[a,b]` or a range `[a .. b]`
      suggested: "text"
    platform:
             ^

    QQL_SYNTAX: expected a term, found `and`
      help: a term is `token:value`, a text, or brackets
      suggested: token:value | "text" | (
    and platform:Linux
    ^^^

    QQL_SYNTAX: expected a term, found the end
      help: a term is `token:value`, a text, or brackets
      suggested: token:value | "text" | (
    platform:Linux and
                      ^

    QQL_SYNTAX: expected a term, found `or`
      help: a term is `token:value`, a text, or brackets
      suggested: token:value | "text" | (
    platform:Linux or or name:web
                      ^^

    QQL_SYNTAX: expected a term, found `)`
      help: a term is `token:value`, a text, or brackets
      suggested: token:value | "text" | (
    ()
     ^

    QQL_SYNTAX: `)` is not expected here
      help: there is no bracket that it would close
    web )
        ^

    QQL_SYNTAX: `]` is not expected here
      help: there is no bracket that it would close
    web ]
        ^

    QQL_SYNTAX: expected a value, found `and`
      help: to search for the word, quote it
      suggested: "text"
    name:and
         ^^^

    QQL_SYNTAX: expected `null` or `not null`, found the end
      help: to ask for a value, write `:` in place of `is`
      suggested: null | not null
    lastLoggedOnUser is
                       ^

    QQL_SYNTAX: expected `null` or `not null`, found `Linux`
      help: to ask for a value, write `:` in place of `is`
      suggested: null | not null
    lastLoggedOnUser is Linux
                        ^^^^^

    QQL_SYNTAX: expected `null`, found the end
      help: to ask for a value, write `:` in place of `is`
      suggested: null
    lastLoggedOnUser is not
                           ^

    QQL_SYNTAX: `null` is not expected here
      help: to search for the word, quote it; to ask for no value, write `token is null`
    null
    ^^^^

    QQL_SYNTAX: `is` is not expected here
      help: to search for the word, quote it; to ask for no value, write `token is null`
    is null
    ^^

    QQL_SYNTAX: expected a value, found `]`
      help: a value is one or several words, a text in quotes, a list `[a,b]` or a range `[a .. b]`
      suggested: "text"
    platform:[Linux,]
                    ^

    QQL_SYNTAX: expected `,` or `]`, found `(`
      help: a value with a keyword, a bracket or `..` in it has to be quoted
      suggested: , | ]
    platform:[Linux (Windows]
                    ^

    QQL_UNTERMINATED: `[` is not closed
      help: close it with `]`
      suggested: ]
    created:[2026 .. 2027
            ^

    QQL_SYNTAX: expected `]` or `)`, found `and`
      suggested: ] | )
    created:[2026 .. 2027 and name:x]
                          ^^^

    QQL_SYNTAX: `[` is not expected here
      help: a list or a range stands behind a token: `name:[a,b]`
    [a,b]
    ^
    QQL_SYNTAX: `]` is not expected here
      help: there is no bracket that it would close
    [a,b]
        ^

    QQL_SYNTAX: expected a term, found the end
      help: a term is `token:value`, a text, or brackets
      suggested: token:value | "text" | (
    not
       ^

    QQL_BAD_OPERATOR: a group in brackets does not work on `name`, of kind text
      help: write a list, `name:[a,b]`, or a term for each value
    name:(
    ^^^^
    QQL_UNTERMINATED: `(` is not closed
      help: close it with `)`
      suggested: )
    name:(
         ^
    QQL_SYNTAX: expected a term, found the end
      help: a term is `token:value`, a text, or brackets
      suggested: token:value | "text" | (
    name:(
          ^

    QQL_SYNTAX: expected a value, found `platform`
      help: a value that looks like a token with its sign has to be quoted
      suggested: "text"
    name: platform:Linux
          ^^^^^^^^

    QQL_SYNTAX: expected a value, found `and`
      help: to search for the word, quote it
      suggested: "text"
    platform:[and]
              ^^^

    QQL_SYNTAX: expected a value, found `[`
      help: `>` compares with one value
    hardware.memoryMb:>[1 .. 2]
                       ^
    "#);
}

#[test]
fn two_terms_side_by_side_are_an_error() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "platform:Linux name:web", "name:Security Update:now", "name:web (platform:Linux)", "\"a\" \"b\"",
        "name:web not fqdn:x",
        "(platform:Linux) name:web", "name:web lastLoggedOnUser is null", "name:[web foo:x,b]",
        "some words \"quoted\"",
        "name:web Foo > 5",
    ]), @r#"
    QQL_MISSING_OPERATOR: an operator lacks before `name`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    platform:Linux name:web
                   ^^^^

    QQL_MISSING_OPERATOR: an operator lacks before `Update`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    name:Security Update:now
                  ^^^^^^

    QQL_MISSING_OPERATOR: an operator lacks before `(`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    name:web (platform:Linux)
             ^

    QQL_MISSING_OPERATOR: an operator lacks before `"b"`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    "a" "b"
        ^^^

    QQL_MISSING_OPERATOR: an operator lacks before `not`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    name:web not fqdn:x
             ^^^

    QQL_MISSING_OPERATOR: an operator lacks before `name`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    (platform:Linux) name:web
                     ^^^^

    QQL_MISSING_OPERATOR: an operator lacks before `lastLoggedOnUser`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    name:web lastLoggedOnUser is null
             ^^^^^^^^^^^^^^^^

    QQL_MISSING_OPERATOR: `foo` looks like a token inside a list
      help: put the text into quotes, or close the list before it
    name:[web foo:x,b]
              ^^^

    QQL_MISSING_OPERATOR: an operator lacks before `"quoted"`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    some words "quoted"
               ^^^^^^^^

    QQL_MISSING_OPERATOR: an operator lacks before `Foo`
      help: join the two with `and` or `or`, or put text of several words into quotes
      suggested: and | or
    name:web Foo > 5
             ^^^
    "#);
}

#[test]
fn what_is_open_is_told_at_its_start() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "name:\"web", "name:'web", "name:`web", "(platform:Linux", "platform:[Linux,Windows",
        "patches:(isSecurity:true",
        "created:[2026 .. ", "hardware.memoryMb:(1 .. 5", "((platform:Linux)", "(name:\"web",
    ]), @r#"
    QQL_UNTERMINATED: `"` is not closed
      help: close it with `"`
      suggested: "
    name:"web
         ^

    QQL_UNTERMINATED: `'` is not closed
      help: close it with `'`
      suggested: '
    name:'web
         ^

    QQL_UNTERMINATED: a backtick is not closed
      help: close it with a backtick
      suggested: `
    name:`web
         ^

    QQL_UNTERMINATED: `(` is not closed
      help: close it with `)`
      suggested: )
    (platform:Linux
    ^

    QQL_UNTERMINATED: `[` is not closed
      help: close it with `]`
      suggested: ]
    platform:[Linux,Windows
             ^

    QQL_UNTERMINATED: `(` is not closed
      help: close it with `)`
      suggested: )
    patches:(isSecurity:true
            ^

    QQL_UNTERMINATED: `[` is not closed
      help: close it with `]`
      suggested: ]
    created:[2026 .. 
            ^
    QQL_SYNTAX: expected a value, found the end
      help: a value is one or several words, a text in quotes, a list `[a,b]` or a range `[a .. b]`
      suggested: "text"
    created:[2026 .. 
                     ^

    QQL_UNTERMINATED: `(` is not closed
      help: close it with `)`
      suggested: )
    hardware.memoryMb:(1 .. 5
                      ^

    QQL_UNTERMINATED: `(` is not closed
      help: close it with `)`
      suggested: )
    ((platform:Linux)
    ^

    QQL_UNTERMINATED: `"` is not closed
      help: close it with `"`
      suggested: "
    (name:"web
          ^
    "#);
}
