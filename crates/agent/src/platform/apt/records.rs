//! `apt-cache show` of the offered versions: source, size and hash as the signed index says.

use fettle_model::Sha256;

use super::dpkg;
use crate::control;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub package: String,
    pub version: String,
    pub arch: String,
    pub source: String,
    pub source_version: String,
    pub size_bytes: Option<u64>,
    /// What it takes when unpacked, in KiB.
    pub installed_kib: Option<u64>,
    pub sha256: Option<Sha256>,
}

pub fn parse(text: &str) -> Vec<Record> {
    let wanted = ["Package", "Version", "Architecture", "Source", "Size", "Installed-Size", "SHA256"];
    control::paragraphs(text, &wanted)
        .iter()
        .map(|paragraph| {
            let (package, version) = (paragraph.text("Package"), paragraph.text("Version"));
            let (source, source_version) = dpkg::source(paragraph.get("Source"), &package, &version);
            let number = |name: &str| paragraph.get(name).and_then(|value| value.parse().ok());
            Record {
                arch: paragraph.text("Architecture"),
                source,
                source_version,
                size_bytes: number("Size"),
                installed_kib: number("Installed-Size"),
                sha256: paragraph.get("SHA256").and_then(|hex| Sha256::from_hex(hex).ok()),
                package,
                version,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_may_have_a_version_of_its_own() {
        let text = "Package: bash\nSource: bash (5.2-2)\nVersion: 5.2-2+b13\nArchitecture: amd64\nSize: 1490652\n";
        let record = parse(text).remove(0);
        assert_eq!(record.source_version, "5.2-2");
        assert_eq!(record.size_bytes, Some(1_490_652));
        assert_eq!(record.sha256, None);
    }
}
