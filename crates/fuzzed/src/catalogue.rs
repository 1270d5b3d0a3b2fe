//! The formats that are imported, and what is found out by a file's first bytes.

use std::io::Cursor;

use fettle_catalog::debian::{patches, statements, tracker};
use fettle_catalog::rpm::{self, repomd, updateinfo};
use fettle_catalog::vulnerability::{epss, kev, nvd};
use fettle_catalog::{cve, import};
use fettle_model::version::Scheme;

/// Any file: which format it is in, and, packed or not, what is in it.
pub fn import(bytes: &[u8]) {
    let Some(format) = import::detect(bytes) else { return };
    if let Ok(imported) = import::read(format, Cursor::new(bytes)) {
        assert_eq!(imported.format, format);
    }
}

pub fn debian_advisories(bytes: &[u8]) {
    let Ok((patches, _)) = patches::read(bytes) else { return };
    for patch in patches {
        assert!(!patch.packages.is_empty() && !patch.native_ids.is_empty(), "{}", patch.title);
        for package in &patch.packages {
            is_version(Scheme::Dpkg, &package.fixed_version);
        }
        are_cves(patch.cves.iter().flatten());
    }
}

pub fn debian_tracker(bytes: &[u8]) {
    let _ = tracker::read(bytes, |statement| {
        if let tracker::State::Fixed(version) = &statement.state {
            is_version(Scheme::Dpkg, version);
        }
        are_cves([&statement.cve]);
        statement.makes_finding();
    });
    if let Ok((by_cve, _)) = statements::read(bytes) {
        are_cves(by_cve.keys());
        assert!(by_cve.values().all(|said| !said.is_empty() && said.is_sorted()));
    }
}

pub fn updateinfo(bytes: &[u8]) {
    let _ = updateinfo::read(bytes, |update| {
        for package in &update.packages {
            is_version(Scheme::Rpm, &package.version);
        }
        are_cves(&update.cves);
    });
    let Ok((patches, _)) = rpm::patches::read(bytes) else { return };
    for patch in patches {
        assert!(!patch.packages.is_empty() && patch.packages.is_sorted(), "{}", patch.title);
        are_cves(patch.cves.iter().flatten());
        assert!(patch.covers(&patch), "{}", patch.title);
        assert_eq!(rpm::patches::joined(&patch, patch.clone()), patch, "the same again changes nothing");
    }
}

pub fn repomd(bytes: &[u8]) {
    let _ = repomd::read(bytes, |metadata| {
        let is_outside = metadata.href.starts_with('/') || metadata.href.split('/').any(|part| part == "..");
        assert!(!is_outside, "{}", metadata.href);
    });
}

pub fn kev(bytes: &[u8]) {
    let _ = kev::read(bytes, |entry| {
        are_cves([&entry.cve]);
        entry.is_used_by_ransomware();
    });
}

pub fn epss(bytes: &[u8]) {
    let _ = epss::read(bytes, |score| {
        are_cves([&score.cve]);
        assert!((0.0..=1.0).contains(&score.probability));
    });
}

pub fn nvd(bytes: &[u8]) {
    let _ = nvd::read(bytes, |found| {
        are_cves([&found.cve]);
        assert!(found.metrics.iter().all(|metric| (0.0..=10.0).contains(&metric.score)));
    });
}

fn is_version(scheme: Scheme, version: &str) {
    assert!(scheme.parse(version).is_ok(), "{version:?} is no {scheme} version");
}

fn are_cves<'a>(names: impl IntoIterator<Item = &'a String>) {
    for name in names {
        assert_eq!(cve::normal(name).as_ref(), Some(name));
    }
}
