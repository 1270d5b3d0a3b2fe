//! Source packages as Debian's advisories name them.
//!
//! A signed kernel or boot loader is built from a source package of its own (`linux-signed-amd64`, version
//! `6.1.170+3`), but advisories speak of the unsigned one (`linux`, `6.1.170-3`): `catalogue.md` 6.1.

use std::borrow::Cow;

/// The unsigned source package and its version; others come back as they are.
pub fn unsigned<'a>(source: &'a str, version: &'a str) -> (Cow<'a, str>, Cow<'a, str>) {
    let name = without_architecture(source);
    if let Some(rest) = name.strip_prefix("linux-signed")
        && (rest.is_empty() || rest.starts_with('-'))
    {
        // `linux-signed-6.12-amd64` is of `linux-6.12`.
        return (Cow::Owned(format!("linux{rest}")), with_revision(version));
    }
    match name.strip_suffix("-signed").map(without_architecture) {
        // The boot loader's own number stands before its source's version: `1+2.06+13+deb12u1`.
        Some("grub-efi") => {
            let version = version.split_once('+').map_or(version, |(_, version)| version);
            (Cow::Borrowed("grub2"), with_revision(version))
        }
        Some(unsigned) => (Cow::Borrowed(unsigned), with_revision(version)),
        None => (Cow::Borrowed(source), Cow::Borrowed(version)),
    }
}

fn without_architecture(source: &str) -> &str {
    let ends = ["-amd64", "-arm64", "-i386", "-ia32", "-armhf"];
    ends.iter().find_map(|end| source.strip_suffix(end)).unwrap_or(source)
}

/// A signature is a native package without a revision, so the revision of what was signed stands behind a plus:
/// `6.1.170+3` is `6.1.170-3`, and `6.1.15+1~bpo11+1` is `6.1.15-1~bpo11+1`.
fn with_revision(version: &str) -> Cow<'_, str> {
    let before_digit = |at: &usize| version[at + 1..].starts_with(|next: char| next.is_ascii_digit());
    match version.match_indices('+').map(|(at, _)| at).find(before_digit) {
        Some(at) if !version.contains('-') => Cow::Owned(format!("{}-{}", &version[..at], &version[at + 1..])),
        _ => Cow::Borrowed(version),
    }
}

/// Name of a binary package without the part that changes from version to version, for packages that are installed
/// side by side: `linux-image-6.1.0-13-amd64` is of the family `linux-image-*-amd64`.
pub fn family(name: &str) -> String {
    let is_version = |part: &&str| part.starts_with(|first: char| first.is_ascii_digit());
    let parts: Vec<&str> = name.split('-').collect();
    let runs = parts.chunk_by(|left, right| is_version(left) == is_version(right));
    let shown = runs.map(|run| if is_version(&run[0]) { "*".to_owned() } else { run.join("-") });
    shown.collect::<Vec<_>>().join("-")
}

/// Are binaries of the source package installed side by side, so that the newest counts?
pub fn is_side_by_side(source: &str) -> bool {
    source == "linux" || source.starts_with("linux-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_sources_are_their_unsigned_ones() {
        for (source, version, name, as_unsigned) in [
            ("linux-signed-amd64", "6.1.170+3", "linux", "6.1.170-3"),
            ("linux-signed-6.1-arm64", "6.1.15+1~bpo11+1", "linux-6.1", "6.1.15-1~bpo11+1"),
            ("linux-signed-6.12-amd64", "6.12.117+1~deb12u1", "linux-6.12", "6.12.117-1~deb12u1"),
            ("grub-efi-amd64-signed", "1+2.06+13+deb12u1", "grub2", "2.06-13+deb12u1"),
            ("shim-signed", "1.39+15.7", "shim", "1.39-15.7"),
            ("fwupd-amd64-signed", "1:1.8.12+2", "fwupd", "1:1.8.12-2"),
            ("linux", "6.1.170-3", "linux", "6.1.170-3"),
            ("openssl", "3.0.17-1~deb12u3", "openssl", "3.0.17-1~deb12u3"),
            ("odd-signed", "1.0+dfsg-1", "odd", "1.0+dfsg-1"),
            ("linux-signedness", "1+1", "linux-signedness", "1+1"),
        ] {
            assert_eq!(unsigned(source, version), (name.into(), as_unsigned.into()), "{source} {version}");
        }
    }

    #[test]
    fn families_leave_the_version_out() {
        for (name, of) in [
            ("linux-image-6.1.0-13-amd64", "linux-image-*-amd64"),
            ("linux-image-6.1.0-0.deb11.13-cloud-amd64", "linux-image-*-cloud-amd64"),
            ("linux-image-amd64", "linux-image-amd64"),
            ("linux-libc-dev", "linux-libc-dev"),
            ("linux-headers-6.1.0-13-common", "linux-headers-*-common"),
        ] {
            assert_eq!(family(name), of);
        }
    }
}
