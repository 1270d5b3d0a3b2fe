//! Facts of a Windows machine out of `systeminfo`, `wmic qfe` or a list of updates, in any language.
//!
//! Labels are translated, values are not: each fact is found by its shape.

use std::collections::BTreeSet;

use super::Unreadable;
use crate::definitions::Article;

/// What `systeminfo` says of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The name of the system as it stands there, without its label.
    pub name: String,
    pub build: u32,
    pub service_pack: Option<u8>,
    pub edition: Edition,
    pub architecture: Architecture,
    pub articles: BTreeSet<Article>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    Client,
    Server,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    X86,
    X64,
    Arm64,
    Itanium,
}

/// Reads the text of `systeminfo`.
pub fn systeminfo(text: &str) -> Result<Host, Unreadable> {
    let lines: Vec<&str> = text.lines().collect();
    let (at, build) =
        lines.iter().enumerate().find_map(|(at, line)| Some((at, version(line)?))).ok_or(Unreadable::Version)?;
    let is_name = |line: &&&str| line.to_lowercase().contains("windows");
    let name = lines[..at].iter().rev().find(is_name).ok_or(Unreadable::Name(at + 1))?;
    let architecture =
        lines[at + 1..].iter().find_map(|line| architecture(line)).ok_or(Unreadable::Architecture(at + 1))?;
    let name = name.split_once(':').map_or(*name, |(_, value)| value).trim().to_owned();
    let edition = if name.to_lowercase().contains("server") { Edition::Server } else { Edition::Client };
    let service_pack = service_pack(lines[at], build);
    Ok(Host { name, build, service_pack, edition, architecture, articles: articles(text, "KB") })
}

/// A list of updates alone, such as `wmic qfe` prints.
pub fn updates(text: &str) -> Result<BTreeSet<Article>, Unreadable> {
    let mut articles = articles(text, "KB");
    // The oldest ones were called `Q147222`.
    articles.extend(self::articles(text, "Q"));
    if articles.is_empty() { Err(Unreadable::NoArticle) } else { Ok(articles) }
}

/// The build, where a line holds `N.N.B` and ends with the same `B`.
fn version(line: &str) -> Option<u32> {
    let mut words = line.split_whitespace().rev();
    let last = words.next()?;
    words.find_map(|word| {
        let mut parts = word.rsplit([':', '：']).next()?.split('.');
        let numbers: [&str; 3] = [parts.next()?, parts.next()?, parts.next()?];
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        (parts.next().is_none() && numbers.iter().all(is_number) && numbers[2] == last).then(|| last.parse().ok())?
    })
}

/// As the version's line says, else as the build does.
fn service_pack(line: &str, build: u32) -> Option<u8> {
    let written = line.split_once("Service Pack ").and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    written.or_else(|| service_pack_of_build(build))
}

pub(crate) const fn service_pack_of_build(build: u32) -> Option<u8> {
    match build {
        6001 | 7601 => Some(1),
        6002 | 6003 => Some(2),
        _ => None,
    }
}

/// `x64-based PC`; a processor's `x86 Family 6` says what it could run, not what runs.
fn architecture(line: &str) -> Option<Architecture> {
    let line = line.to_lowercase();
    if line.contains("family") {
        return None;
    }
    line.split(|character: char| !character.is_ascii_alphanumeric()).find_map(|word| match word {
        "x86" => Some(Architecture::X86),
        "x64" | "amd64" => Some(Architecture::X64),
        "arm64" => Some(Architecture::Arm64),
        "itanium" | "ia64" => Some(Architecture::Itanium),
        _ => None,
    })
}

/// `KB` and six or seven digits.
fn articles(text: &str, prefix: &str) -> BTreeSet<Article> {
    let (text, prefix) = (text.as_bytes(), prefix.as_bytes());
    let starts = text.windows(prefix.len()).enumerate().filter(|(_, found)| found.eq_ignore_ascii_case(prefix));
    let number = |(at, _): (usize, &[u8])| {
        let rest = &text[at + prefix.len()..];
        let end = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        crate::definitions::article(std::str::from_utf8(&rest[..end]).ok()?)
    };
    starts.filter_map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_found_by_their_shape() {
        let text = "Nom de l'hôte: A\nNom du système: Microsoft Windows 7 Entreprise N \nVersion du système: 6.1.7601 \
                    Service Pack 1 version 7601\nType: x64-based PC\n[01]: KB2534111\n[02]: kb976902";
        let host = systeminfo(text).expect("readable");
        assert_eq!(
            (host.name.as_str(), host.build, host.service_pack),
            ("Microsoft Windows 7 Entreprise N", 7601, Some(1))
        );
        assert_eq!((host.edition, host.architecture), (Edition::Client, Architecture::X64));
        assert_eq!(host.articles.iter().map(|article| article.0).collect::<Vec<_>>(), [976_902, 2_534_111]);
    }

    #[test]
    fn what_lacks_is_named() {
        assert_eq!(systeminfo("Host Name: A\nNothing here").expect_err("nothing"), Unreadable::Version);
        assert_eq!(systeminfo("A\n1.2.3 Build 3").expect_err("no name"), Unreadable::Name(2));
        assert_eq!(systeminfo("Windows\n1.2.3 Build 3\nx86 Family 6").expect_err("none"), Unreadable::Architecture(2));
        assert_eq!(updates("Caption  HotFixID\n  KB12").expect_err("none"), Unreadable::NoArticle);
    }
}
