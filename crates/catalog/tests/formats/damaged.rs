//! Damaged files of every format: cut, with wrong bits, doubled. Whatever comes, a reader answers, and never panics.

use std::io::{Cursor, Read as _};

use fettle_catalog::host::{encoding, windows};
use fettle_catalog::import::{Format, detect, read};
use proptest::prelude::*;

use crate::definitions::archive;
use crate::support::fixture;

/// A small good file of each format.
fn samples() -> Vec<(Format, Vec<u8>)> {
    let row = "\"20240109\",\"CVE-2024-0001\",\"5034001\",\"First\",\"Windows 99\",\"\",\"Important\",\"\",\"5033001\",\"\"\r\n";
    let kev = r#"{"catalogVersion": "1", "count": 1, "vulnerabilities": [{"cveID": "CVE-2026-0001", "vendorProject": "V", "product": "P", "vulnerabilityName": "N", "dateAdded": "2026-01-01", "requiredAction": "A", "dueDate": "2026-01-04"}]}"#;
    let nvd = r#"{"resultsPerPage": 1, "startIndex": 0, "totalResults": 1, "vulnerabilities": [{"cve": {"id": "CVE-2026-0001"}}]}"#;
    let tracker = r#"{"a": {"CVE-2026-0001": {"releases": {"sid": {"status": "resolved", "fixed_version": "1-1", "urgency": "low"}}}}}"#;
    let updates = r#"<updates><update type="security"><id>A</id><severity>Low</severity><pkglist><collection><package name="a" version="1" release="1" arch="x86_64"/></collection></pkglist></update></updates>"#;
    let repomd =
        r#"<repomd><data type="primary"><checksum type="sha256">ab</checksum><location href="a"/></data></repomd>"#;
    let dsa = "[29 Mar 2026] DSA-9001-1 a - b\n\t{CVE-2026-0001}\n\t[bookworm] - a 1-1\n";
    vec![
        (Format::Mssecure, fixture("mssecure.xml")),
        (Format::Mssecure, fixture("mssecure.cab")),
        (Format::Mssecure, fixture("mssecure-unsigned.cab")),
        (Format::Wesng, archive(row, "")),
        (Format::DebianDsa, dsa.into()),
        (Format::DebianDla, dsa.replace("DSA", "DLA").into()),
        (Format::DebianTracker, tracker.into()),
        (Format::Updateinfo, updates.into()),
        (Format::Repomd, repomd.into()),
        (Format::Kev, kev.into()),
        (Format::Epss, b"#model_version:v1\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n".to_vec()),
        (Format::Nvd, nvd.into()),
    ]
}

#[test]
fn every_format_is_found_by_its_content_and_read() {
    for (format, bytes) in samples() {
        assert_eq!(detect(&bytes), Some(format));
        let imported = read(format, Cursor::new(&bytes)).expect("a good file");
        assert_eq!(imported.report.dropped.total(), 0, "{}", format.name());
        let packed = zstd::encode_all(bytes.as_slice(), 3).expect("packed");
        let is_text = !matches!(format, Format::Mssecure | Format::Wesng);
        assert_eq!(is_text && read(format, Cursor::new(packed)).is_ok(), is_text, "{} packed", format.name());
    }
    assert_eq!(detect(b"%PDF-1.7"), None);
    assert_eq!(detect(b""), None);
}

#[test]
fn every_cut_is_survived() {
    for (format, bytes) in samples() {
        for end in (0..bytes.len()).step_by(bytes.len() / 200 + 1) {
            let _ = detect(&bytes[..end]);
            let _ = read(format, Cursor::new(&bytes[..end]));
        }
        let doubled = bytes.repeat(2);
        let _ = read(format, Cursor::new(doubled));
    }
}

#[test]
fn packed_bombs_are_refused() {
    let bomb = zstd::encode_all(std::io::repeat(b'[').take(300 << 20), 1).expect("packed");
    assert!(bomb.len() < 1 << 20);
    for format in [Format::DebianDsa, Format::DebianTracker, Format::Updateinfo, Format::Kev, Format::Epss, Format::Nvd]
    {
        assert!(read(format, Cursor::new(&bomb)).is_err(), "{}", format.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn wrong_bytes_are_survived(
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let samples = samples();
        let (format, mut bytes) = samples[sample.index(samples.len())].clone();
        for (place, byte) in changes {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = detect(&bytes);
        let _ = read(format, Cursor::new(bytes));
    }

    #[test]
    fn any_bytes_of_a_host_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "[\\PC\n]{0,200}") {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Ok(text) = encoding::decode(bytes) {
                let _ = windows::systeminfo(&text);
                let _ = windows::updates(&text);
            }
        }
    }
}
