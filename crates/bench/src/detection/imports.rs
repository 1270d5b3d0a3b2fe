//! Time and peak memory of each format, each in a process of its own.

use std::path::Path;

use serde::Deserialize;

use crate::process::Measured;
use crate::table::{Bar, Table, mebibytes, show};

/// Formats with the largest real file of each.
const FILES: [(&str, &str); 11] = [
    ("wesng", "wesng/definitions.zip"),
    ("mssecure", "mssecure/mssecure.xml"),
    ("debian-dsa", "debian/security-tracker_DSA_list.txt"),
    ("debian-dla", "debian/security-tracker_DLA_list.txt"),
    ("debian-tracker", "vuls-data-update/debian/tracker/api/advisory.json"),
    ("packages", "debian_apt/bookworm-security_main_binary-amd64_Packages.xz"),
    ("updateinfo", "updateinfo/centos_cesa_updateinfo.xml"),
    ("repomd", "updateinfo/createrepo_c/repo_with_additional_metadata__repodata__repomd.xml"),
    ("kev", "kev/2025-08-25/known_exploited_vulnerabilities.json"),
    ("epss", "vuls-data-update/epss/epss_scores-2023-03-07.csv.gz"),
    ("nvd", "nvd/full-page.json"),
];

#[derive(Debug, Deserialize)]
struct Import {
    records: u64,
    seconds: f64,
    /// Bytes above what the process had before.
    peak: u64,
}

pub(crate) async fn measure(table: &mut Table, vendor_files: &Path) -> anyhow::Result<()> {
    show("Imports");
    for (format, name) in FILES {
        let file = vendor_files.join(name);
        if !file.exists() {
            show(&format!("  {format}: left out, for there is no {}", file.display()));
            continue;
        }
        let mut process =
            Measured::start(&["import", "--format", format, "--file", file.to_str().unwrap_or_default()])?;
        let import: Import = process.line().await?;
        process.stop().await?;
        let (time, memory) =
            if format == "wesng" { (Bar::AtMost(10.0), Bar::AtMost(150.0)) } else { (Bar::None, Bar::None) };
        let what = format!("import of {format}, {} records", import.records);
        table.add(&what, import.seconds, None, "s", time);
        table.add(&format!("{what}: peak above idle"), mebibytes(import.peak), None, "MiB", memory);
    }
    Ok(())
}
