//! Keys of Windows releases and of programs on them (`catalogue.md` 1): `windows:10.0.19045-client-x64`,
//! `windows:6.0.6002-server-itanium-sp2`, `program:microsoft office 2016 (64-bit edition)`.
//!
//! Microsoft's tables name products by sentences. A release, the same as a Server Core installation, and something on it
//! (`Internet Explorer 11 on Windows Server 2012 R2`) are one product here: what its machines have in common. Any other
//! product is a program, which is found where something is installed under exactly that name.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use crate::definitions::normal;
use crate::host::product::Product;
use crate::host::windows::{Architecture, Edition, Host, service_pack_of_build};

/// Builds with a name in the tables; [`Product::of`] knows the names.
const BUILDS: [u32; 29] = [
    2600, 3790, 6000, 6001, 6002, 7600, 7601, 9200, 9600, 10240, 10586, 14393, 15063, 16299, 17134, 17763, 18362,
    18363, 19041, 19042, 19043, 19044, 19045, 20348, 22000, 22621, 22631, 25398, 26100,
];
const LATER_BUILDS: [u32; 2] = [26200, 28000];

const ARCHITECTURES: [(Architecture, &str); 4] = [
    (Architecture::X64, "x64"),
    (Architecture::X86, "x86"),
    (Architecture::Arm64, "arm64"),
    (Architecture::Itanium, "itanium"),
];
const EDITIONS: [(Edition, &str); 2] = [(Edition::Client, "client"), (Edition::Server, "server")];

/// The keys of releases, by the names that the tables have for them, in their normal form.
static RELEASES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let mut releases = HashMap::new();
    for build in BUILDS.into_iter().chain(LATER_BUILDS) {
        let packs = match service_pack_of_build(build) {
            None if build < 6000 => vec![None, Some(1), Some(2), Some(3)],
            pack => vec![pack],
        };
        for (edition, architecture) in EDITIONS.iter().flat_map(|edition| ARCHITECTURES.map(|one| (edition, one))) {
            for pack in &packs {
                let Ok(product) = Product::of(&host(build, *pack, edition.0, architecture.0)) else { continue };
                for name in product.names() {
                    releases.entry(normal(name)).or_insert_with(|| key(build, *pack, edition.1, architecture.1));
                }
            }
        }
    }
    releases
});

fn host(build: u32, service_pack: Option<u8>, edition: Edition, architecture: Architecture) -> Host {
    Host { name: String::new(), build, service_pack, edition, architecture, articles: BTreeSet::new() }
}

fn key(build: u32, service_pack: Option<u8>, edition: &str, architecture: &str) -> String {
    let pack = service_pack.map_or_else(String::new, |number| format!("-sp{number}"));
    format!("windows:{}.{build}-{edition}-{architecture}{pack}", version(build))
}

const fn version(build: u32) -> &'static str {
    match build {
        ..2600 => "5.0",
        2600..3790 => "5.1",
        3790..6000 => "5.2",
        6000..7600 => "6.0",
        7600..9200 => "6.1",
        9200..9600 => "6.2",
        9600..10240 => "6.3",
        _ => "10.0",
    }
}

/// The key of what an `os` component of Windows says: `10.0.19045 Client X64`, with `SP3` where it has a service pack.
/// What no table has a name for keeps its words.
pub fn of_release(release: &str) -> String {
    let known = || {
        let names = Product::of(&parse(release)?).ok()?;
        RELEASES.get(&normal(names.name())).cloned()
    };
    known().unwrap_or_else(|| format!("windows:{}", normal(release)))
}

fn parse(release: &str) -> Option<Host> {
    let mut words = release.split_whitespace();
    let build: u32 = words.next()?.splitn(3, '.').nth(2)?.parse().ok()?;
    let (edition, architecture) = (words.next()?, words.next()?);
    let edition = EDITIONS.iter().find(|(_, name)| name.eq_ignore_ascii_case(edition))?.0;
    let architecture = if architecture.eq_ignore_ascii_case("ia64") { "itanium" } else { architecture };
    let architecture = ARCHITECTURES.iter().find(|(_, name)| name.eq_ignore_ascii_case(architecture))?.0;
    let written = match words.next() {
        None => None,
        Some(pack) => Some(pack.to_uppercase().strip_prefix("SP")?.parse().ok()?),
    };
    Some(host(build, written.or_else(|| service_pack_of_build(build)), edition, architecture))
}

/// The key of an installed program.
pub fn of_program(name: &str) -> String {
    format!("program:{}", normal(name))
}

/// The key of a product as the tables name it; none for an empty name.
pub fn of_table(product: &str) -> Option<String> {
    let product = normal(product);
    let whole = product.strip_suffix(" (server core installation)").unwrap_or(&product);
    let on_release = whole.match_indices(" on ").map(|(at, on)| &whole[at + on.len()..]);
    let release = std::iter::once(whole).chain(on_release).find_map(|name| RELEASES.get(name));
    match release {
        Some(key) => Some(key.clone()),
        None if product.is_empty() => None,
        None => Some(of_program(&product)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_and_tables_have_one_key() {
        let both = [
            ("10.0.19045 Client X64", "Windows 10 Version 22H2 for x64-based Systems", "windows:10.0.19045-client-x64"),
            ("10.0.10240 client x86", "Windows 10 Version 1507 for 32-bit Systems", "windows:10.0.10240-client-x86"),
            (
                "10.0.17763 Server X64",
                "Windows Server 2019  (Server Core installation)",
                "windows:10.0.17763-server-x64",
            ),
            (
                "6.1.7601 Server X64",
                "Internet Explorer 11 on Windows Server 2008 R2 for x64-based Systems Service Pack 1",
                "windows:6.1.7601-server-x64-sp1",
            ),
            ("6.0.6003 Client X86 SP2", "Windows Vista Service Pack 2", "windows:6.0.6002-client-x86-sp2"),
            ("5.1.2600 Client X86 SP3", "microsoft windows xp service pack 3", "windows:5.1.2600-client-x86-sp3"),
            (
                "10.0.26100 Client ARM64",
                "Windows 11 Version 24H2 for ARM64-based systems",
                "windows:10.0.26100-client-arm64",
            ),
        ];
        for (release, name, key) in both {
            assert_eq!((of_release(release).as_str(), of_table(name).as_deref()), (key, Some(key)));
        }
    }

    #[test]
    fn what_is_no_release_is_a_program_or_keeps_its_words() {
        let office = "Microsoft Office 2016 (64-bit edition)";
        assert_eq!(of_table(office), Some(of_program(" microsoft office 2016  (64-BIT edition)")));
        assert_eq!(
            of_table("Windows Server 2019, other edition").as_deref(),
            Some("program:windows server 2019, other edition")
        );
        assert_eq!(of_table(" "), None);
        for unknown in ["10.0.12345 Client X64", "10.0.19045", "10.0.19045 Client X64 SPx", "rolling"] {
            assert_eq!(of_release(unknown), format!("windows:{}", unknown.to_lowercase()));
        }
    }

    #[test]
    fn every_build_has_a_name() {
        for build in BUILDS.into_iter().chain(LATER_BUILDS) {
            let is_of = |key: &&String| key.contains(&format!(".{build}-"));
            assert!(RELEASES.values().any(|key| is_of(&key)), "{build}");
        }
    }
}
