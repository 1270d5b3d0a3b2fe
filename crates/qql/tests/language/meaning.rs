//! What texts are read as, by their normal form.

use fettle_qql::Entity;

use crate::support::read;

fn reads(entity: Entity, cases: &[(&str, &str)]) {
    for (text, normal) in cases {
        assert_eq!(read(entity, text).normalized(), *normal, "{text}");
        assert_eq!(read(entity, normal).normalized(), *normal, "{normal}, once more");
    }
}

#[test]
fn precedence_and_brackets() {
    reads(
        Entity::Asset,
        &[
            ("", ""),
            (" \n\t", ""),
            ("web", "web"),
            ("platform:Linux and name:a or name:b", "(platform:Linux and name:a) or name:b"),
            ("platform:Linux and (name:a or name:b)", "platform:Linux and (name:a or name:b)"),
            ("not platform:Linux and name:a", "not platform:Linux and name:a"),
            ("NOT (platform:Linux OR name:a)", "not (platform:Linux or name:a)"),
            ("not not name:a", "name:a"),
            ("not not not name:a", "not name:a"),
            ("((name:a))", "name:a"),
            ("not(name:a)and(name:b)", "not name:a and name:b"),
        ],
    );
}

#[test]
fn terms_and_words() {
    reads(
        Entity::Asset,
        &[
            ("platform : Linux", "platform:Linux"),
            ("platform = linux", "platform:Linux"),
            ("hardware.memoryMb:>4096", "hardware.memoryMb>4096"),
            ("hardware.memoryMb >= 4096", "hardware.memoryMb>=4096"),
            ("name:Security   Update\nRollup", "name:Security Update Rollup"),
            ("name:Security Update and fqdn:x", "name:Security Update and fqdn:x"),
            ("Security Update", "Security Update"),
            ("\"and\"", "\"and\""),
            ("name:'it\\'s \"quoted\" \\x'", "name:\"it's \\\"quoted\\\" \\\\x\""),
            (r#"name:"C:\Windows""#, r#"name:"C:\\Windows""#),
            ("name:`Exact One`", "name:`Exact One`"),
            ("interfaces.ipv6Address:fe80::1", "interfaces.ipv6Address:fe80::1"),
            ("interfaces:(address:fe80::1)", "interfaces:(address:fe80::1)"),
            ("interfaces.address:::1", "interfaces.address:::1"),
            ("interfaces.macAddress:00:50:56:*", "interfaces.macAddress:00:50:56:*"),
            ("osFamily:http://x", "osFamily:http://x"),
            ("web-01 10:00", "web-01 10:00"),
            ("name:we\"b", "name:we\"b"),
            ("name:a,b", "name:a,b"),
            ("name:=>5", "name:=>5"),
            ("name= =5", "name:==5"),
            ("osFamily:[>5,=x]", "osFamily:[>5,=x]"),
        ],
    );
}

#[test]
fn values_of_each_kind() {
    reads(
        Entity::Asset,
        &[
            ("id:{38AA48CA-A53F-4591-AF01-8BCE75DE4CE7}", "id:38aa48ca-a53f-4591-af01-8bce75de4ce7"),
            ("platform:[linux, \"windows\"]", "platform:[Windows,Linux]"),
            ("platform:L*", "platform:Linux"),
            ("platform:*", "platform is not null"),
            ("name:*", "name is not null"),
            ("name:\"*\"", "name:\"*\""),
            ("pendingReboot:TRUE", "pendingReboot:true"),
            ("hardware.cpuCount:-3", "hardware.cpuCount:-3"),
            ("hardware.cpuCount:[1,2]", "hardware.cpuCount:[1,2]"),
            ("hardware.cpuCount:[1 .. 8]", "hardware.cpuCount:[1 .. 8]"),
            ("hardware.cpuCount:[1..8)", "hardware.cpuCount:[1 .. 8)"),
            ("hardware.cpuCount:(1 .. *]", "hardware.cpuCount>1"),
            ("hardware.cpuCount:[* .. 8)", "hardware.cpuCount<8"),
            ("hardware.cpuCount:[* .. *]", "hardware.cpuCount is not null"),
            ("osVersion>=10.0.19045", "osVersion>=10.0.19045"),
            ("version<1.4", "agentVersion<1.4"),
            ("interfaces.address:10.0.0.5/24", "interfaces.address:10.0.0.0/24"),
            ("interfaces.address:[10.0.0.0/24,10.1.0.7]", "interfaces.address:[10.0.0.0/24,10.1.0.7]"),
            ("interfaces.address:[10.0.0.1 .. 10.0.0.20]", "interfaces.address:[10.0.0.1 .. 10.0.0.20]"),
            ("interfaces.address>10.0.0.0/24", "interfaces.address>10.0.0.255"),
            ("interfaces.ipv6Address:fe80::/10", "interfaces.ipv6Address:fe80::/10"),
            ("lastLoggedOnUser is null", "lastLoggedOnUser is null"),
            ("lastLoggedOnUser IS NOT NULL", "lastLoggedOnUser is not null"),
            ("lastVulnScan<2026", "scanDateTime<2026-01-01T00:00:00Z"),
        ],
    );
    reads(
        Entity::Patch,
        &[
            ("vendorSeverity>=Important", "vendorSeverity:[Important,Critical]"),
            ("vendorSeverity<low", "vendorSeverity:None"),
            ("vendorSeverity:[Critical,Important]", "vendorSeverity:[Important,Critical]"),
            ("category:Security Patches", "category:\"Security Patches\""),
            ("category:[Security Patches,Service Packs]", "category:[\"Security Patches\",\"Service Packs\"]"),
            ("patchId:444ba31a-0f94-3199-870e-ef8ab1a5a477", "id:444ba31a-0f94-3199-870e-ef8ab1a5a477"),
            ("maxEpss>=0.50", "maxEpss>=0.5"),
            ("package:openssl", "packageDetails.packageName:openssl"),
            ("finding.patchStatus:Missing", "patchStatus:Missing"),
            ("patch.title:x", "title:x"),
        ],
    );
}

#[test]
fn groups() {
    reads(
        Entity::Asset,
        &[
            ("components:(name:openssl and version<3.0.12)", "components:(name:openssl and version<3.0.12)"),
            ("not components:(kind:deb)", "not components:(kind:deb)"),
            ("patches:(kb or patchStatus:Missing)", "patches:(kb or patchStatus:Missing)"),
            (
                "patches:(finding.isLatest:true and patch.title:x and not assets:(platform:Linux))",
                "patches:(isLatest:true and title:x and not assets:(platform:Linux))",
            ),
            ("vulnerabilities.vulnerability.cve:CVE-2024-*", "vulnerabilities:(cve:CVE-2024-*)"),
            ("vulnerabilities.vulnerability.cvss is null", "not vulnerabilities:(cvss is not null)"),
        ],
    );
    reads(
        Entity::Vulnerability,
        &[("vulnerabilities.vulnerability.cvss>=9", "cvss>=9"), ("cveIds:CVE-1", "cve:CVE-1")],
    );
    reads(Entity::Component, &[("openssl and assets:(platform:Linux)", "openssl and assets:(platform:Linux)")]);
}

#[test]
fn every_example_of_the_tables_is_valid() {
    let vocabulary = fettle_qql::token::Vocabulary::FETTLE;
    for entity in Entity::ALL {
        for token in vocabulary.tokens(entity) {
            let query = read(entity, token.example);
            assert!(query.warnings.is_empty(), "{}: {:?}", token.example, query.warnings);
        }
    }
}

#[test]
fn a_group_by_its_long_name_stands_in_the_group_around_it() {
    reads(
        Entity::Asset,
        &[
            (
                "vulnerabilities.vulnerability.patches:(isSuperseded:false)",
                "vulnerabilities:(patches:(isSuperseded:false))",
            ),
            ("vulnerabilities.vulnerability.assets:(name:web)", "vulnerabilities:(assets:(name:web))"),
            (
                "not vulnerabilities.vulnerability.assets:(name:a or vulnerabilities.vulnerability.patches:(title:b))",
                "not vulnerabilities:(assets:(name:a or vulnerabilities:(patches:(title:b))))",
            ),
        ],
    );
    reads(
        Entity::Vulnerability,
        &[("vulnerabilities.vulnerability.patches:(isSuperseded:false)", "patches:(isSuperseded:false)")],
    );
}

#[test]
fn networks_are_written_short() {
    reads(
        Entity::Asset,
        &[
            ("interfaces.address:[10.0.0.0 .. 10.0.0.255]", "interfaces.address:10.0.0.0/24"),
            ("interfaces.address:[10.0.0.0 .. 10.0.0.1]", "interfaces.address:10.0.0.0/31"),
            ("interfaces.address:[10.0.0.1 .. 10.0.0.2]", "interfaces.address:[10.0.0.1 .. 10.0.0.2]"),
            ("interfaces.address:[10.0.0.1 .. 10.0.0.255]", "interfaces.address:[10.0.0.1 .. 10.0.0.255]"),
            ("interfaces.address:[10.0.0.128 .. 10.0.1.127]", "interfaces.address:[10.0.0.128 .. 10.0.1.127]"),
            ("interfaces.address:[10.0.0.0 .. 10.0.0.254]", "interfaces.address:[10.0.0.0 .. 10.0.0.254]"),
            ("interfaces.address:[10.0.0.7 .. 10.0.0.7]", "interfaces.address:10.0.0.7"),
            ("interfaces.address:[0.0.0.0/0,::/0,::/127]", "interfaces.address:[0.0.0.0/0,::/0,::/127]"),
        ],
    );
}

#[test]
fn a_list_of_one_star_asks_for_any_value() {
    reads(
        Entity::Asset,
        &[
            ("name:[*]", "name is not null"),
            ("platform:[*]", "platform is not null"),
            ("osFamily:[ * ]", "osFamily is not null"),
            ("name:[\"*\"]", "name:\"*\""),
            ("name:[*,a]", "name:[*,a]"),
        ],
    );
}

#[test]
fn no_rank_is_above_the_highest_and_none_below_the_lowest() {
    reads(
        Entity::Patch,
        &[
            ("vendorSeverity>Critical", "vendorSeverity>Critical"),
            ("vendorSeverity<None", "vendorSeverity>Critical"),
            ("vendorSeverity>=Critical", "vendorSeverity:Critical"),
        ],
    );
}
