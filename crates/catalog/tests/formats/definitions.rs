//! The table of Microsoft's updates.

use std::io::{Cursor, Write as _};

use fettle_catalog::definitions::{Article, Definitions, Kind, read};
use fettle_catalog::reading::{ReadError, Report};
use fettle_model::Severity;
use zip::write::SimpleFileOptions;

use crate::support::vendor_file;

const HEADER: &str = "\"DatePosted\",\"CVE\",\"BulletinKB\",\"Title\",\"AffectedProduct\",\"AffectedComponent\",\"Severity\",\"Impact\",\"Supersedes\",\"Exploits\"\r\n";

/// An archive with these rows, and a second table.
pub(crate) fn archive(rows: &str, custom: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [("CVEs_20260101.csv", rows), ("Custom_20260101.csv", custom), ("Version_1.00.txt", "")] {
        writer.start_file(name, SimpleFileOptions::default()).expect("a member");
        writer.write_all(format!("{HEADER}{text}").as_bytes()).expect("written");
    }
    writer.finish().expect("an archive").into_inner()
}

fn read_rows(rows: &str, custom: &str) -> Result<(Definitions, Report), ReadError> {
    read(Cursor::new(archive(rows, custom)))
}

#[test]
fn rows_of_one_update_and_product_are_one() {
    let rows = "\"20240109\",\"CVE-2024-0001\",\"5034001\",\"First\",\"Windows 99\",\"\",\"Important\",\"\",\"5033001;5032001<br>5031001\n5030001\",\"\"\r\n\
                \"20240101\",\"cve-2024-0002\",\"5034001\",\"Second\",\"Windows 99\",\"\",\"Critical\",\"\",\"None\",\"\"\r\n\
                \"20240109\",\"CVE-2024-0001\",\"5034001\",\"First\",\"Windows 98\",\"\",\"System.Object[]\",\"\",\"\",\"\"\r\n\
                \"20240109\",\"ADV240001\",\"Release Notes\",\"First\",\"Program\",\"\",\"Low\",\"\",\"\",\"\"\r\n\
                \"20241399\",\"CVE-2024-0003\",\"5034002\",\"First\",\"Windows 99\",\"\",\"Low\",\"\",\"\",\"\"\r\n\
                \"20240109\",\"CVE-2024-0003\"\r\n";
    let custom = "# Service packs\r\n\"20240109\",\"SP99\",\"5000001\",\"Windows 99 Service Pack 1\",\"Windows 99\",\"\",\"\",\"\",\"5034001\",\"\"\r\n";
    let (definitions, report) = read_rows(rows, custom).expect("a table");
    assert_eq!(definitions.updates.len(), 3);
    let first = &definitions.updates[0];
    assert_eq!((first.article, first.posted, first.severity), (Article(5_034_001), 20_240_101, Severity::Critical));
    assert_eq!(
        first.replaces.iter().map(|article| article.0).collect::<Vec<_>>(),
        [5_030_001, 5_031_001, 5_032_001, 5_033_001]
    );
    assert_eq!(
        first.cves.iter().map(|cve| &*definitions.cves[*cve as usize]).collect::<Vec<_>>(),
        ["CVE-2024-0001", "CVE-2024-0002"]
    );
    assert_eq!((definitions.updates[2].kind, definitions.updates[2].line), (Kind::ServicePack, 3));
    let counted: Vec<_> = report.read.iter().map(|(noun, count)| format!("{noun} {count}")).collect();
    assert_eq!(
        counted.join(", "),
        "articles 2, customRows 1, cves 2, otherIdentifiers 1, products 3, rows 4, rowsWithoutUpdate 1, updates 3"
    );
    assert_eq!(
        report.dropped.reasons().collect::<Vec<_>>(),
        [("a date that is none", 1), ("a row that has not ten fields", 1)]
    );
    assert_eq!(report.dropped.examples()[1].place.to_string(), "CVEs_20260101.csv, line 8");
    assert_eq!(
        report.warnings.reasons().collect::<Vec<_>>(),
        [("a severity that was not written out", 1), ("an identifier that is no CVE", 1)]
    );
}

#[test]
fn other_files_and_bombs_are_refused() {
    let refused = |bytes: &[u8]| read(Cursor::new(bytes.to_vec())).expect_err("refused").to_string();
    assert!(refused(b"no archive").contains("this is no ZIP archive, or it is cut"));
    let whole = archive("", "");
    assert!(refused(&whole[..whole.len() - 30]).contains("this is no ZIP archive, or it is cut"));

    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("../CVEs_1.csv", SimpleFileOptions::default()).expect("a member");
    assert_eq!(
        refused(&writer.finish().expect("an archive").into_inner()),
        "FEED_INCOMPLETE: the archive holds no `CVEs_….csv`"
    );

    let mut many = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for member in 0..200 {
        many.start_file(format!("CVEs_{member}"), SimpleFileOptions::default()).expect("a member");
    }
    assert!(refused(&many.finish().expect("an archive").into_inner()).contains("more than 100 members"));

    let bad = "\"20240109\",\"CVE-2024-0003\"\r\n".repeat(40);
    assert_eq!(
        read_rows(&bad, "").expect_err("nothing but bad rows").to_string(),
        "FEED_MALFORMED: CVEs_20260101.csv, line 2: 40 of 40 records cannot be read, the first because of \"a row that has not ten fields\""
    );
    let bomb = format!("\"{}", "a".repeat(70_000_000));
    let error = read_rows(&bomb, "").expect_err("a bomb").to_string();
    assert!(error.starts_with("FEED_TOO_LARGE"), "{error}");
}

/// `catalogue.md` 12.
#[test]
fn the_real_table() {
    let Some(path) = vendor_file("wesng/definitions.zip") else { return };
    let (_, report) = read(fs_err::File::open(path).expect("readable")).expect("the real table");
    let counts = |noun: &str| report.read[noun];
    assert_eq!(
        ["rows", "customRows", "cves", "otherIdentifiers"].map(counts),
        [608_740, 160, 22_029, 102],
        "22,133 values, two of them in small letters again"
    );
    assert_eq!(report.dropped.total(), 0);
    assert!(report.warnings.reasons().any(|reason| reason == ("a severity that was not written out", 2_248)));
}
