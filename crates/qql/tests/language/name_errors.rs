//! Errors of names (`qql.md` 3.5, 5, 8).

use fettle_qql::{Code, Context, Entity, Purpose, check, check_having};

use crate::support::{all_refused, context, shown};

#[test]
fn names_are_suggested() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "Platform:Linux", "plattform:Linux", "serialNumber:5CG", "nonsense:x", "LASTVULNSCAN:2026",
        "http://example.com",
        "components:(nam:openssl)", "components:(components.name:openssl)", "patches:(titel:x)",
    ]), @r#"
    QQL_UNKNOWN_TOKEN: 'Platform' is not a token of asset
      help: did you mean 'platform'?
      suggested: platform
    Platform:Linux
    ^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'plattform' is not a token of asset
      help: did you mean 'platform'?
      suggested: platform
    plattform:Linux
    ^^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'serialNumber' is not a token of asset
      help: did you mean 'hardware.serialNumber'?
      suggested: hardware.serialNumber
    serialNumber:5CG
    ^^^^^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'nonsense' is not a token of asset
      help: to search for this text, quote it
    nonsense:x
    ^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'LASTVULNSCAN' is not a token of asset
      help: did you mean 'lastVulnScan'?
      suggested: lastVulnScan
    LASTVULNSCAN:2026
    ^^^^^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'http' is not a token of asset
      help: to search for this text, quote it
    http://example.com
    ^^^^

    QQL_UNKNOWN_TOKEN: 'nam' is not a token of components
      help: did you mean 'name'?
      suggested: name
    components:(nam:openssl)
                ^^^

    QQL_UNKNOWN_TOKEN: 'components.name' is not a token of components
      help: did you mean 'name'?
      suggested: name
    components:(components.name:openssl)
                ^^^^^^^^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'titel' is not a token of patch
      help: did you mean 'title'?
      suggested: title
    patches:(titel:x)
             ^^^^^
    "#);
}

#[test]
fn tokens_of_other_entities_are_reached_by_groups() {
    insta::assert_snapshot!(all_refused(Entity::Asset, &[
        "vendorSeverity:Critical", "patchStatus:Missing and cve:\"CVE-2024-1\"", "cvss>=9", "arch:amd64",
        "finding.patchStatus:Missing", "patch.title:x",
    ]), @r#"
    QQL_WRONG_ENTITY: 'vendorSeverity' is a token of patch, not of asset
      help: did you mean 'patches:(vendorSeverity:Critical)'?
      suggested: patches:(vendorSeverity:Critical)
    vendorSeverity:Critical
    ^^^^^^^^^^^^^^^^^^^^^^^

    QQL_WRONG_ENTITY: 'patchStatus' is a token of finding, not of asset
      help: did you mean 'patches:(patchStatus:Missing)'?
      suggested: patches:(patchStatus:Missing)
    patchStatus:Missing and cve:"CVE-2024-1"
    ^^^^^^^^^^^^^^^^^^^
    QQL_WRONG_ENTITY: 'cve' is a token of patch, not of asset
      help: did you mean 'patches:(cve:"CVE-2024-1")' or 'vulnerabilities:(cve:"CVE-2024-1")'?
      suggested: patches:(cve:"CVE-2024-1") | vulnerabilities:(cve:"CVE-2024-1")
    patchStatus:Missing and cve:"CVE-2024-1"
                            ^^^^^^^^^^^^^^^^

    QQL_WRONG_ENTITY: 'cvss' is a token of vulnerability, not of asset
      help: did you mean 'vulnerabilities:(cvss>=9)'?
      suggested: vulnerabilities:(cvss>=9)
    cvss>=9
    ^^^^^^^

    QQL_UNKNOWN_TOKEN: 'arch' is not a token of asset
      help: did you mean 'components.arch'?
      suggested: components.arch
    arch:amd64
    ^^^^

    QQL_WRONG_ENTITY: 'finding.patchStatus' is a token of finding, not of asset
      help: did you mean 'patches:(finding.patchStatus:Missing)'?
      suggested: patches:(finding.patchStatus:Missing)
    finding.patchStatus:Missing
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^

    QQL_WRONG_ENTITY: 'patch.title' is a token of patch, not of asset
      help: did you mean 'patches:(patch.title:x)'?
      suggested: patches:(patch.title:x)
    patch.title:x
    ^^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(all_refused(Entity::Patch, &["hostname:web", "vulnerabilities:(patchStatus:Missing)"]), @r#"
    QQL_WRONG_ENTITY: 'hostname' is a token of asset, not of patch
      help: did you mean 'assets:(hostname:web)'?
      suggested: assets:(hostname:web)
    hostname:web
    ^^^^^^^^^^^^

    QQL_WRONG_ENTITY: 'patchStatus' is a token of finding, not of vulnerability
      help: no group of vulnerability reaches it
    vulnerabilities:(patchStatus:Missing)
                     ^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(all_refused(Entity::Vulnerability, &["patches:(patchStatus:Missing)"]), @r#"
    QQL_WRONG_ENTITY: 'patchStatus' is a token of finding, not of patch
      help: did you mean 'assets:(patchStatus:Missing)'?
      suggested: assets:(patchStatus:Missing)
    patches:(patchStatus:Missing)
             ^^^^^^^^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(all_refused(Entity::Component, &["assets:(patchStatus:Missing)", "cvss>=9"]), @r#"
    QQL_WRONG_ENTITY: 'patchStatus' is a token of finding, not of asset
      help: did you mean 'patches:(patchStatus:Missing)'?
      suggested: patches:(patchStatus:Missing)
    assets:(patchStatus:Missing)
            ^^^^^^^^^^^^^^^^^^^

    QQL_WRONG_ENTITY: 'cvss' is a token of vulnerability, not of component
      help: no group of component reaches it
    cvss>=9
    ^^^^
    "#);
}

#[test]
fn a_tag_rule_takes_no_derived_token() {
    let rule = |entity| Context { purpose: Purpose::TagRule, ..context(entity) };
    let invalid = check("overdueFindingCount>0", &rule(Entity::Asset)).expect_err("derived");
    insta::assert_snapshot!(shown(&invalid), @r#"
    QQL_TOKEN_NOT_IN_RULE: 'overdueFindingCount' follows from tags, and cannot stand in a tag rule
      help: a saved search may use it
    overdueFindingCount>0
    ^^^^^^^^^^^^^^^^^^^
    "#);
    let invalid = check("patches:(isOverdue:true and finding.dueDate<now)", &rule(Entity::Asset)).expect_err("derived");
    assert_eq!(invalid.errors.len(), 2);
    assert!(check("missingPatchCount>0", &rule(Entity::Asset)).is_ok());
}

#[test]
fn a_rule_about_patches_says_nothing_of_assets() {
    let rule = Context { purpose: Purpose::PatchRule, ..context(Entity::Patch) };
    let invalid = check("isSecurity:true and patchStatus:Missing", &rule).expect_err("of a finding");
    insta::assert_snapshot!(shown(&invalid), @r#"
    QQL_TOKEN_NOT_IN_RULE: 'patchStatus' speaks of assets, and cannot stand in a rule about patches
      help: assets are named beside the rule: one by one, or by tags
    isSecurity:true and patchStatus:Missing
                        ^^^^^^^^^^^
    "#);
    for wrong in ["missingCount>1", "assets:(name:x)", "isExcepted:true", "vulnerabilities:(affectedAssetCount>0)"] {
        let invalid = check(wrong, &rule).expect_err(wrong);
        assert_eq!(invalid.errors.first().map(|error| error.code), Some(Code::TokenNotInRule), "{wrong}");
    }
    for right in ["vendorSeverity:Critical", "vulnerabilities:(cvss>=9)", "package:openssl", "enabled:false", "openssl"]
    {
        assert!(check(right, &rule).is_ok(), "{right}");
    }
}

#[test]
fn a_second_query_names_its_own_field() {
    let invalid = check_having("patchStatus:Mising", &context(Entity::Asset)).expect_err("no such value");
    assert_eq!(invalid.field, "havingQuery");
    assert!(check_having("patchStatus:Missing and patch.title:x", &context(Entity::Asset)).is_ok());
    assert!(check_having("platform:Linux and patchStatus:Missing", &context(Entity::Patch)).is_ok());
    assert!(check_having("platform:Linux", &context(Entity::Vulnerability)).is_ok());
    insta::assert_snapshot!(shown(&check_having("name:x", &context(Entity::Component)).expect_err("none")), @r#"
    QQL_WRONG_ENTITY: a query about components takes no second one
      help: write `assets:( … )` in the first
    name:x
    ^^^^^^
    "#);
}

/// Aliases are whole names, and say nothing inside a group of elements.
#[test]
fn inside_a_group_of_elements_the_short_name_is_suggested_for_an_alias() {
    insta::assert_snapshot!(all_refused(Entity::Patch, &[
        "packageDetails:(package:openssl)", "packageDetails:(pakage:openssl)",
        "packageDetails:(packageDetails.package:openssl)", "pakage:openssl",
    ]), @r#"
    QQL_UNKNOWN_TOKEN: 'package' is not a token of packageDetails
      help: did you mean 'packageName'?
      suggested: packageName
    packageDetails:(package:openssl)
                    ^^^^^^^

    QQL_UNKNOWN_TOKEN: 'pakage' is not a token of packageDetails
      help: did you mean 'packageName'?
      suggested: packageName
    packageDetails:(pakage:openssl)
                    ^^^^^^

    QQL_UNKNOWN_TOKEN: 'packageDetails.package' is not a token of packageDetails
      help: did you mean 'packageName'?
      suggested: packageName
    packageDetails:(packageDetails.package:openssl)
                    ^^^^^^^^^^^^^^^^^^^^^^

    QQL_UNKNOWN_TOKEN: 'pakage' is not a token of patch
      help: did you mean 'package'?
      suggested: package
    pakage:openssl
    ^^^^^^
    "#);
}
