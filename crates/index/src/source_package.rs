//! From which source a package was built.

use std::borrow::Cow;

use fettle_model::component::Component;
use fettle_model::debian_source::unsigned;

/// Name and version of the source package of a deb or rpm.
pub(crate) fn source_package(component: &Component) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    match component {
        Component::Deb { source, source_version, .. } => Some(unsigned(source, source_version)),
        Component::Rpm { source, .. } => {
            // `bash-5.1.8-9.el9.src.rpm`: neither version nor release has a hyphen.
            let file = source.strip_suffix(".src.rpm").or_else(|| source.strip_suffix(".nosrc.rpm"))?;
            let (at, _) = file.rmatch_indices('-').nth(1)?;
            Some((file[..at].into(), file[at + 1..].into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rpms_source_is_read_from_its_file_name() {
        let rpm = |source: &str| Component::Rpm {
            name: "bash".to_owned(),
            version: "0:5.1.8-9.el9".to_owned(),
            arch: "x86_64".to_owned(),
            vendor: String::new(),
            stream: String::new(),
            source: source.to_owned(),
        };
        let read = |file: &str| {
            let rpm = rpm(file);
            source_package(&rpm).map(|(name, version)| format!("{name} {version}"))
        };
        assert_eq!(read("gtk2-engines-2.20.2-27.el9.src.rpm").as_deref(), Some("gtk2-engines 2.20.2-27.el9"));
        assert_eq!(read("a-1.src.rpm"), None);
        assert_eq!(read(""), None);
    }
}
