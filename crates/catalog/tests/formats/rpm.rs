//! rpm repositories' advisories and index.

use fettle_catalog::reading::{ReadError, Report};
use fettle_catalog::rpm::repomd::{self, Metadata};
use fettle_catalog::rpm::updateinfo::{self, Update};
use fettle_model::Severity;

use crate::support::vendor_file;

fn updates(text: &[u8]) -> Result<(Vec<Update>, Report), ReadError> {
    let mut found = Vec::new();
    let report = updateinfo::read(text, |update| found.push(update))?;
    Ok((found, report))
}

const UPDATES: &str = r#"<?xml version="1.0"?><updates>
<update from="a@example.com" status="stable" type="security" version="1">
  <id>EXSA-2026:0001</id><title>Important: example</title><issued date="2026-03-01 16:09:29"/><severity>Important</severity>
  <references><reference href="https://example.com/errata/1" type="self" id="EXSA-2026:0001"/>
    <reference href="https://example.com/c" id="CVE-2026-0001" type="cve"/><reference href="x" title="CVE-2026-0002 example: flaw" type="cve"/></references>
  <pkglist><collection short="E"><name>E</name>
    <package name="example" epoch="1" version="1.0" release="2.el9" arch="x86_64" src="example-1.0-2.el9.src.rpm"><filename>a</filename><reboot_suggested/></package>
    <package name="kernel" version="5.14.0" release="70.el9" arch="x86_64"><filename>b</filename></package>
  </collection></pkglist>
</update>
<update type="bugfix"><id>EXBA-2026:0002</id><title>Bugs & fixes</title></update>
<update type="bugfix"><id>EXBA-2026:0003</id><severity>None</severity><issued date="1740000000"/>
  <pkglist><collection><package name="a" version="1/2" release="3" arch="noarch"/></collection></pkglist></update>
<update type="bugfix"><id>EXBA-2026:0004</id><severity>None</severity><issued date="1740000000"/></update>
</updates>"#;

#[test]
fn advisories_and_what_is_wrong_with_some() {
    let (found, report) = updates(UPDATES.as_bytes()).expect("a list");
    assert_eq!(found.iter().map(|update| update.id.as_str()).collect::<Vec<_>>(), ["EXSA-2026:0001", "EXBA-2026:0004"]);
    let first = &found[0];
    assert_eq!((first.severity, first.cves.join(" ")), (Severity::Important, "CVE-2026-0001 CVE-2026-0002".to_owned()));
    assert_eq!(first.link.as_deref(), Some("https://example.com/errata/1"));
    let packages: Vec<_> =
        first.packages.iter().map(|package| (package.version.as_str(), package.suggests_reboot)).collect();
    assert_eq!(packages, [("1:1.0-2.el9", true), ("0:5.14.0-70.el9", false)]);
    assert_eq!(found[1].issued.map(|at| at.to_string()).as_deref(), Some("2025-02-19T21:20:00Z"));
    assert_eq!(
        report.dropped.reasons().collect::<Vec<_>>(),
        [("a bare `&`", 1), ("a package whose version is none", 1)]
    );
    assert!(updates(b"<html/>").expect_err("another").to_string().ends_with("`html` is no `updates`"));
}

/// `catalogue.md` 12.
#[test]
fn the_real_advisories_of_centos() {
    let Some(path) = vendor_file("updateinfo/centos_cesa_updateinfo.xml") else { return };
    let (found, report) = updates(&fs_err::read(path).expect("readable")).expect("the real file");
    assert_eq!(["advisories", "packages"].map(|noun| report.read[noun]), [427, 7_428]);
    let of = |severity| found.iter().filter(|update| update.severity == severity).count();
    assert_eq!((of(Severity::Important), of(Severity::Critical), report.dropped.total()), (304, 123, 0));
}

#[test]
fn the_real_cases_of_createrepo() {
    let Some(folder) = vendor_file("updateinfo/createrepo_c") else { return };
    let mut read = 0;
    for entry in fs_err::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = fs_err::read(&path).expect("readable");
        if name.ends_with("-repomd.xml") || name.ends_with("__repomd.xml") {
            let mut found: Vec<Metadata> = Vec::new();
            let report = repomd::read(bytes.as_slice(), |metadata| found.push(metadata));
            let dropped = u64::from(name.contains("missing_type"));
            assert_eq!(report.expect("an index").dropped.total(), dropped, "{name}");
            assert!(found.iter().any(|metadata| metadata.kind == "primary"), "{name}");
            read += 1;
        } else if name.contains("updateinfo") && std::path::Path::new(&name).extension().is_some_and(|end| end == "xml")
        {
            let (_, report) = updates(&bytes).expect("advisories");
            assert_eq!(report.dropped.total(), 0, "{name}");
            read += 1;
        }
    }
    assert!(read >= 12, "{read}");
}

#[test]
fn an_index_names_files_within_the_repository() {
    let data = |href: &str| {
        format!(
            r#"<repomd><data type="updateinfo"><checksum type="sha256">AB12</checksum><location href="{href}"/><size>12</size></data></repomd>"#
        )
    };
    let mut found = Vec::new();
    let report = repomd::read(data("repodata/u.xml.gz").as_bytes(), |metadata| found.push(metadata)).expect("an index");
    assert_eq!((report.read["metadata"], found[0].size, found[0].checksum.digits.as_str()), (1, Some(12), "ab12"));
    for outside in ["../u.xml", "/etc/passwd", "https://example.com/u.xml", ""] {
        assert_eq!(repomd::read(data(outside).as_bytes(), drop).expect("an index").dropped.total(), 1, "{outside}");
    }
}
