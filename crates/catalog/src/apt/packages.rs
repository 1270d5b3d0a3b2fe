//! Packages indexes (`catalogue.md` 5.1): the fields that a patch needs, one package after the other.

use std::io::BufRead;

use fettle_model::Sha256;

use super::control::{ControlError, Paragraph, Paragraphs};

/// One entry of a Packages index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedPackage {
    pub name: String,
    pub version: String,
    pub architecture: String,
    pub source: String,
    pub source_version: String,
    pub size_bytes: Option<u64>,
    pub sha256: Option<Sha256>,
    /// 0–100; a package with less than 100 is still rolled out.
    pub phased_percent: Option<u8>,
}

/// Reads an unpacked index and keeps the packages of the names that are wanted: a release has tens of thousands. An
/// entry without name, version or architecture is skipped and counted.
pub fn read(
    input: impl BufRead,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<(Vec<IndexedPackage>, usize), ControlError> {
    let mut packages = Vec::new();
    let mut skipped = 0;
    for paragraph in Paragraphs::new(input) {
        let paragraph = paragraph?;
        if paragraph.field("Package").is_some_and(|name| !is_wanted(name)) {
            continue;
        }
        match package(&paragraph) {
            Some(package) => packages.push(package),
            None => skipped += 1,
        }
    }
    Ok((packages, skipped))
}

fn package(paragraph: &Paragraph) -> Option<IndexedPackage> {
    let text = |name| paragraph.field(name).map(str::to_owned);
    let (name, version) = (text("Package")?, text("Version")?);
    let (source, source_version) = source(paragraph.field("Source"), &name, &version);
    Some(IndexedPackage {
        architecture: text("Architecture")?,
        size_bytes: paragraph.field("Size").and_then(|size| size.parse().ok()),
        sha256: paragraph.field("SHA256").and_then(|digits| Sha256::from_hex(digits).ok()),
        phased_percent: paragraph.field("Phased-Update-Percentage").and_then(|percent| percent.parse().ok()),
        name,
        version,
        source,
        source_version,
    })
}

/// `Source: name (version)`; either defaults to the binary package's own.
pub fn source(field: Option<&str>, name: &str, version: &str) -> (String, String) {
    let Some(field) = field else { return (name.to_owned(), version.to_owned()) };
    match field.split_once('(') {
        Some((source, rest)) => (source.trim().to_owned(), rest.trim_end().trim_end_matches(')').trim().to_owned()),
        None => (field.trim().to_owned(), version.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_has_its_own_version() {
        let text = "Package: dmsetup\nSource: lvm2 (2.03.16-2)\nVersion: 2:1.02.185-2\nArchitecture: amd64\nSize: 12\n\n\
                    Package: broken\n";
        let (packages, skipped) = read(text.as_bytes(), |_| true).expect("an index");
        assert_eq!(skipped, 1);
        assert_eq!(packages[0].source, "lvm2");
        assert_eq!(packages[0].source_version, "2.03.16-2");
        assert_eq!(packages[0].size_bytes, Some(12));
        let (packages, skipped) = read(text.as_bytes(), |name| name == "bash").expect("an index");
        assert_eq!((packages.len(), skipped), (0, 0));
    }
}
