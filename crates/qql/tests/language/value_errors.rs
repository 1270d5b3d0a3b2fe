//! Errors of values and operators (`qql.md` 3, 5).

use fettle_qql::Entity;

use crate::support::all_refused;

#[test]
fn values_that_do_not_fit_are_told_with_the_right_form() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "platform:Linus", "platform:Solaris", "platform:`linux`", "pendingReboot:yes", "hardware.memoryMb:4GB",
        "hardware.memoryMb:1 2",
        "hardware.memoryMb:99999999999999999999", "osVersion:bookworm", "id:38aa48ca", "created:yesterday",
        "created:2026-02-30", "created:0000", "created:now-7x", "interfaces.address:10.0.0.300",
        "interfaces.address:10.0.0.0/33",
        "interfaces.address:[10.0.0.1 .. fe80::1]", "components:(version:\"1 2\")",
    ]), @r#"
    QQL_BAD_VALUE: 'Linus' is no value of `platform`
      help: did you mean 'Linux'?
      suggested: Linux
    platform:Linus
             ^^^^^

    QQL_BAD_VALUE: 'Solaris' is no value of `platform`
      help: its values are Windows, Linux
      suggested: Windows | Linux
    platform:Solaris
             ^^^^^^^

    QQL_BAD_VALUE: 'linux' is no value of `platform`
      help: did you mean 'Linux'?
      suggested: Linux
    platform:`linux`
             ^^^^^^^

    QQL_BAD_VALUE: 'yes' is no value of `pendingReboot`, of kind bool
      help: it is `true` or `false`
      suggested: true | false
    pendingReboot:yes
                  ^^^

    QQL_BAD_VALUE: '4GB' is no value of `hardware.memoryMb`, of kind int
      help: it is a whole number such as `10` or `-3`
    hardware.memoryMb:4GB
                      ^^^

    QQL_BAD_VALUE: '1 2' is no value of `hardware.memoryMb`, of kind int
      help: it is a whole number such as `10` or `-3`
    hardware.memoryMb:1 2
                      ^^^

    QQL_BAD_VALUE: '99999999999999999999' is no value of `hardware.memoryMb`, of kind int
      help: it is a whole number such as `10` or `-3`
    hardware.memoryMb:99999999999999999999
                      ^^^^^^^^^^^^^^^^^^^^

    QQL_BAD_VALUE: 'bookworm' is no value of `osVersion`, of kind version
      help: a version is numbers with dots, such as `10.0.19045`
    osVersion:bookworm
              ^^^^^^^^

    QQL_BAD_VALUE: '38aa48ca' is no value of `id`, of kind uuid
      help: an id is 32 hexadecimal digits in groups of 8-4-4-4-12
    id:38aa48ca
       ^^^^^^^^

    QQL_BAD_VALUE: 'yesterday' is no date
      help: a date is `2026`, `2026-05`, `2026-05-01`, `2026-05-01T10:00Z`, `now-7d` or `now/d`
    created:yesterday
            ^^^^^^^^^

    QQL_BAD_VALUE: '2026-02-30' is no day or time of the calendar
      help: a date is `2026`, `2026-05`, `2026-05-01`, `2026-05-01T10:00Z`, `now-7d` or `now/d`
    created:2026-02-30
            ^^^^^^^^^^

    QQL_BAD_VALUE: '0000' lies outside the years 2 to 9997
      help: a date is `2026`, `2026-05`, `2026-05-01`, `2026-05-01T10:00Z`, `now-7d` or `now/d`
    created:0000
            ^^^^

    QQL_BAD_VALUE: 'now-7x' is no date
      help: a date is `2026`, `2026-05`, `2026-05-01`, `2026-05-01T10:00Z`, `now-7d` or `now/d`
    created:now-7x
            ^^^^^^

    QQL_BAD_VALUE: '10.0.0.300' is no value of `interfaces.address`, of kind ip
      help: an address is `10.0.0.5`, `10.0.0.0/24`, `fe80::1` or `fe80::/10`
    interfaces.address:10.0.0.300
                       ^^^^^^^^^^

    QQL_BAD_VALUE: '10.0.0.0/33' is no value of `interfaces.address`, of kind ip
      help: an address is `10.0.0.5`, `10.0.0.0/24`, `fe80::1` or `fe80::/10`
    interfaces.address:10.0.0.0/33
                       ^^^^^^^^^^^

    QQL_BAD_VALUE: both ends of a range of addresses are of one family
      help: write two ranges, joined with `or`
    interfaces.address:[10.0.0.1 .. fe80::1]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_BAD_VALUE: '1 2' is no value of `components.version`, of kind version
      help: a version is one word, such as `3.0.11-1~deb12u2`
    components:(version:"1 2")
                        ^^^^^
    "#);
    insta::assert_snapshot!(all_refused(Entity::Patch, &["vendorSeverity:Critcal", "category:[Security Patches,Service]", "maxCvss:high"]), @r#"
    QQL_BAD_VALUE: 'Critcal' is no value of `vendorSeverity`
      help: did you mean 'Critical'?
      suggested: Critical
    vendorSeverity:Critcal
                   ^^^^^^^

    QQL_BAD_VALUE: 'Service' is no value of `category`
      help: did you mean '"Service Packs"'?
      suggested: "Service Packs"
    category:[Security Patches,Service]
                               ^^^^^^^

    QQL_BAD_VALUE: 'high' is no value of `maxCvss`, of kind float
      help: it is a number such as `7.5`
    maxCvss:high
            ^^^^
    "#);
}

#[test]
fn operators_that_a_kind_does_not_take_are_told_with_what_works() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "name>web", "osFamily<=Debian", "pendingReboot>true", "id>38aa48ca-a53f-4591-af01-8bce75de4ce7",
        "platform>Linux",
        "name:[a .. b]", "platform:[Linux .. Windows]", "hardware.memoryMb:4*", "created:2026-*",
        "interfaces.address:10.0.*",
        "interfaces.address:1?.0.*", "osVersion:10.*", "id:38aa*", "pendingReboot:tr*", "name:(web or db)",
        "patches:x", "patches is null",
        "components:(name:(a or b))", "interfaces:(components:(name:x))", "interfaces:(patches:(isSecurity:true))",
    ]), @r#"
    QQL_BAD_OPERATOR: `>` does not work on `name`, of kind text
      help: write `name:value`, a list, or a pattern with `*`
    name>web
    ^^^^^^^^

    QQL_BAD_OPERATOR: `<=` does not work on `osFamily`, of kind keyword
      help: write `osFamily:value`, a list, or a pattern with `*`
    osFamily<=Debian
    ^^^^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: `>` does not work on `pendingReboot`, of kind bool
      help: write `pendingReboot:true` or `pendingReboot:false`
    pendingReboot>true
    ^^^^^^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: `>` does not work on `id`, of kind uuid
      help: write `id:id`, or a list
    id>38aa48ca-a53f-4591-af01-8bce75de4ce7
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: `>` does not work on `platform`, of kind enum
      help: its values have no order; write a list, `platform:[a,b]`
    platform>Linux
    ^^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: a range does not work on `name`, of kind text
      help: write `name:value`, a list, or a pattern with `*`
    name:[a .. b]
    ^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: a range does not work on `platform`, of kind enum
      help: its values have no order; write a list, `platform:[a,b]`
    platform:[Linux .. Windows]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: a wildcard does not work on `hardware.memoryMb`, of kind int
      help: write a comparison, such as `hardware.memoryMb>=10`, or a range, such as `hardware.memoryMb:[10 .. 19]`
    hardware.memoryMb:4*
                      ^^

    QQL_BAD_OPERATOR: a wildcard does not work on `created`, of kind date
      help: write the year or month alone, such as `created:2026-05`, or a range
    created:2026-*
            ^^^^^^

    QQL_BAD_OPERATOR: a wildcard does not work on `interfaces.address`, of kind ip
      help: write a network, such as `interfaces.address:10.0.0.0/16`, or a range
      suggested: 10.0.0.0/16
    interfaces.address:10.0.*
                       ^^^^^^

    QQL_BAD_OPERATOR: a wildcard does not work on `interfaces.address`, of kind ip
      help: write a network, such as `interfaces.address:10.0.0.0/16`, or a range
    interfaces.address:1?.0.*
                       ^^^^^^

    QQL_BAD_OPERATOR: a wildcard does not work on `osVersion`, of kind version
      help: write a range, such as `osVersion:[3.0 .. 3.1)`
    osVersion:10.*
              ^^^^

    QQL_BAD_OPERATOR: a wildcard does not work on `id`, of kind uuid
      help: write the whole id
    id:38aa*
       ^^^^^

    QQL_BAD_OPERATOR: a wildcard does not work on `pendingReboot`, of kind bool
      help: write `pendingReboot:true` or `pendingReboot:false`
    pendingReboot:tr*
                  ^^^

    QQL_BAD_OPERATOR: a group in brackets does not work on `name`, of kind text
      help: write a list, `name:[a,b]`, or a term for each value
    name:(web or db)
    ^^^^

    QQL_BAD_OPERATOR: `patches` is a group, and has no value
      help: write `patches:( … )`; for example `patches:(vendorSeverity:Critical and patchStatus:Missing)`
    patches:x
    ^^^^^^^^^

    QQL_BAD_OPERATOR: `patches` is a group, and has no value
      help: write `patches:( … )`, or `not patches:( … )`
    patches is null
    ^^^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: a group in brackets does not work on `components.name`, of kind text
      help: write a list, `components.name:[a,b]`, or a term for each value
    components:(name:(a or b))
                ^^^^

    QQL_UNKNOWN_TOKEN: 'components' is not a token of interfaces
      help: to search for this text, quote it
    interfaces:(components:(name:x))
                ^^^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'patches' is not a token of interfaces
      help: to search for this text, quote it
    interfaces:(patches:(isSecurity:true))
                ^^^^^^^
    "#);
    insta::assert_snapshot!(all_refused(Entity::Patch, &["vendorSeverity:[Low .. Critical]", "vendorSeverity>Imp*"]), @r#"
    QQL_BAD_OPERATOR: a range does not work on `vendorSeverity`, of kind enum
      help: write `vendorSeverity>=value and vendorSeverity<=value`, or a list
    vendorSeverity:[Low .. Critical]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_BAD_OPERATOR: a comparison with a wildcard does not work on `vendorSeverity`, of kind enum
      help: write `vendorSeverity>=value`
    vendorSeverity>Imp*
                   ^^^^
    "#);
}

#[test]
fn lists_ranges_and_brackets_have_something_in_them() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "platform:[]", "hardware.memoryMb:[5 .. 1]", "created:[2027 .. 2026]", "created:(2026-05 .. 2026-04)",
        "interfaces.address:[10.0.1.0/24 .. 10.0.0.0/24]", "osVersion:[11 .. 10.5]", "created:[now .. now-7d]",
    ]), @r#"
    QQL_EMPTY_LIST: a list names at least one value
      help: to ask for no value, write `platform is null`
    platform:[]
             ^^

    QQL_REVERSED_RANGE: the range ends before it begins
      help: change its ends: the smaller one comes first
    hardware.memoryMb:[5 .. 1]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_REVERSED_RANGE: the range ends before it begins
      help: change its ends: the smaller one comes first
    created:[2027 .. 2026]
    ^^^^^^^^^^^^^^^^^^^^^^

    QQL_REVERSED_RANGE: the range ends before it begins
      help: change its ends: the smaller one comes first
    created:(2026-05 .. 2026-04)
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_REVERSED_RANGE: the range ends before it begins
      help: change its ends: the smaller one comes first
    interfaces.address:[10.0.1.0/24 .. 10.0.0.0/24]
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_REVERSED_RANGE: the range ends before it begins
      help: change its ends: the smaller one comes first
    osVersion:[11 .. 10.5]
    ^^^^^^^^^^^^^^^^^^^^^^

    QQL_REVERSED_RANGE: the range ends before it begins
      help: change its ends: the smaller one comes first
    created:[now .. now-7d]
    ^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}
