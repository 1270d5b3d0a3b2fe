//! Orders that have no oracle here: tables from the rules.

use std::cmp::Ordering::{self, Equal, Greater, Less};

use fettle_model::version::Scheme;

fn check(scheme: Scheme, table: &[(&str, Ordering, &str)]) {
    for (left, order, right) in table {
        assert_eq!(scheme.compare(left, right).as_ref(), Ok(order), "{scheme}: {left} against {right}");
        assert_eq!(scheme.compare(right, left), Ok(order.reverse()), "{scheme}: {right} against {left}");
    }
}

fn refused(scheme: Scheme, text: &str) -> String {
    scheme.parse(text).expect_err(text).to_string()
}

#[test]
fn windows_files() {
    check(
        Scheme::Windows,
        &[
            ("5.0.2195.1620", Less, "5.0.2195.2104"),
            ("5,0,2195,1620", Equal, "5.0.2195.1620"),
            ("6.1", Equal, "6.1.0.0"),
            ("10.0.9", Less, "10.0.10"),
            ("1.010", Equal, "1.10"),
            ("65535.65535.65535.65535", Greater, "65535.65535.65535.65534"),
        ],
    );
    assert_eq!(
        refused(Scheme::Windows, "1.x"),
        r#""1.x" is no windows version: a number from 0 to 65535 is expected at character 3"#
    );
    assert_eq!(
        refused(Scheme::Windows, "1.2.3.4.5"),
        r#""1.2.3.4.5" is no windows version: at most four numbers are expected at character 9"#
    );
    for wrong in ["", "1.", "1..2", "65536", "-1", "1 2", "na"] {
        refused(Scheme::Windows, wrong);
    }
}

#[test]
fn windows_installer() {
    check(
        Scheme::Msi,
        &[
            ("1.2.3", Equal, "1.2.3.4"),
            ("1.2.3.4", Equal, "1.2.3.5"),
            ("24.9.0", Greater, "24.8.65535"),
            ("1", Equal, "1.0.0"),
            ("1.10", Greater, "1.9"),
        ],
    );
    for wrong in ["256.0.0", "1.256.0", "1.2.65536", "1.2.3.x", "1,2", ""] {
        refused(Scheme::Msi, wrong);
    }
}

#[test]
fn winget() {
    check(
        Scheme::Winget,
        &[
            ("1.0", Equal, "1.0.0"),
            ("Version 1.0", Equal, "1.0"),
            ("foo1", Equal, "bar1"),
            ("v1.2", Equal, "1.2"),
            ("1.0-rc", Less, "1.0"),
            ("1.0-RC", Equal, "1.0-rc"),
            ("22.0.0-rc.1", Less, "22.0.0-rc.1.1"),
            ("22.0.0-rc.1.1", Less, "22.0.0"),
            ("1.9", Less, "1.10"),
            ("unknown", Less, "0"),
            ("latest", Greater, "99999999999999999999"),
            ("Unknown", Equal, "unknown"),
            ("< 1.0", Less, "1.0"),
            ("< 1.0", Greater, "0.9"),
            ("> 1.0", Greater, "1.0"),
            ("> 1.0", Less, "1.0.1"),
            ("< 1.0", Less, "> 1.0"),
        ],
    );
    for wrong in ["", "< ", "< unknown"] {
        refused(Scheme::Winget, wrong);
    }
}

/// The precedence example of <https://semver.org>, 11.4, and its neighbours.
#[test]
fn semantic_versioning() {
    let ascending = [
        "0.9.10",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.10.0",
        "2.0.0",
    ];
    for pair in ascending.windows(2) {
        check(Scheme::Semver, &[(pair[0], Less, pair[1])]);
    }
    check(Scheme::Semver, &[("v1.0.0", Equal, "1.0.0"), ("1.0.0+a", Equal, "1.0.0+b"), ("1.0.0-1", Less, "1.0.0-a")]);
    for wrong in ["1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0-a..b", "1.0.0+", "1.0.0-ä", ""] {
        refused(Scheme::Semver, wrong);
    }
}

#[test]
fn package_managers_refuse_with_the_place() {
    assert_eq!(
        refused(Scheme::Dpkg, "1:2_3"),
        r#""1:2_3" is no dpkg version: a letter, a digit or one of `.+-~` is expected at character 4"#
    );
    for wrong in ["", "1-", ":1", "1:", "a:1", "1 2", "-1", "2147483648:1", "1-ä"] {
        refused(Scheme::Dpkg, wrong);
    }
    for right in ["1:2:3-1", "1-2-3", "a", "2147483647:0~"] {
        assert!(Scheme::Dpkg.parse(right).is_ok(), "{right}");
    }
    assert_eq!(
        refused(Scheme::Rpm, "1.0-1-2"),
        r#""1.0-1-2" is no rpm version: only one hyphen, before the release, may stand at character 4"#
    );
    for wrong in ["", "1-", ":1", "1:", "a:1", "1 2", "-1", "1/2"] {
        refused(Scheme::Rpm, wrong);
    }
    assert_eq!(
        "debian".parse::<Scheme>().expect_err("none").to_string().split(';').next(),
        Some(r#""debian" is no version scheme"#)
    );
}
