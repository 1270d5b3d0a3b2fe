//! The repositories that the machine has configured: `apt-get indextargets`, and the Release files that apt keeps.

use std::path::{Path, PathBuf};

use fettle_model::Repository;
use fettle_model::component::RepositoryTrust;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde::{Deserialize, Serialize};

use crate::control;

/// One Packages index whose list is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// As `apt-cache policy` names it.
    pub description: String,
    pub repository: Repository,
    pub trust: RepositoryTrust,
    /// `http://host/debian/`; may hold user and password, so it is never shown as it is.
    pub uri: String,
    /// `bookworm-security`.
    pub distribution: String,
}

/// Reads the answer of `apt-get indextargets 'Created-By: Packages'`.
pub fn parse(text: &str) -> Vec<Target> {
    let wanted = ["Description", "Origin", "Label", "Suite", "Codename", "Component", "Trusted", "Repo-URI", "Release"];
    control::paragraphs(text, &wanted)
        .iter()
        .map(|paragraph| Target {
            description: paragraph.text("Description"),
            repository: Repository {
                origin: paragraph.text("Origin"),
                label: paragraph.text("Label"),
                // Some repositories name no suite; then their codename, or what the source entry says.
                suite: ["Suite", "Codename", "Release"]
                    .iter()
                    .find_map(|name| paragraph.get(name).filter(|value| !value.is_empty()))
                    .unwrap_or_default()
                    .to_owned(),
                component: paragraph.text("Component"),
            },
            trust: match paragraph.get("Trusted") {
                Some("yes") => RepositoryTrust::Signed,
                _ => RepositoryTrust::Unsigned,
            },
            uri: paragraph.text("Repo-URI"),
            distribution: paragraph.text("Release"),
        })
        .collect()
}

/// A source entry's repository, whether its lists are there or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Of the folder that holds the distribution, with the final slash: `http://host/debian/`.
    pub uri: String,
    pub distribution: String,
    /// What its files in the lists folder begin with: `host_debian_dists_bookworm_`.
    pub list_prefix: String,
}

impl Source {
    /// What messages of apt name it by, both for a file (`…/dists/bookworm/InRelease`) and in words
    /// (`http://host/debian bookworm InRelease`).
    pub fn is_named_in(&self, message: &str) -> bool {
        let uri = without_password(&self.uri);
        let bare = uri.trim_end_matches('/');
        let file = if self.is_flat() {
            format!("{bare}/{}", self.distribution)
        } else {
            format!("{bare}/dists/{}/", self.distribution)
        };
        let message = without_password(message);
        message.contains(&file) || message.contains(&format!("{bare} {} ", self.distribution))
    }

    fn is_flat(&self) -> bool {
        self.distribution.ends_with('/')
    }

    /// The Release file that apt keeps for it in `lists`, if any.
    pub fn release_file(&self, lists: &Path) -> Option<PathBuf> {
        ["InRelease", "Release"]
            .iter()
            .map(|name| lists.join(format!("{}{name}", self.list_prefix)))
            .find(|path| path.exists())
    }
}

/// Reads `apt-get update --print-uris`: `'http://host/debian/dists/bookworm/InRelease' host_debian_…_InRelease 0 `.
pub fn parse_sources(text: &str) -> Vec<Source> {
    text.lines()
        .filter_map(|line| {
            let (uri, rest) = line.strip_prefix('\'')?.split_once('\'')?;
            let list_prefix = rest.split_whitespace().next()?.strip_suffix("InRelease")?.to_owned();
            let folder = uri.strip_suffix("InRelease")?;
            Some(match folder.split_once("/dists/") {
                Some((uri, distribution)) => Source {
                    uri: format!("{uri}/"),
                    distribution: distribution.trim_end_matches('/').to_owned(),
                    list_prefix,
                },
                None => Source { uri: folder.to_owned(), distribution: "/".to_owned(), list_prefix },
            })
        })
        .collect()
}

/// Dates of a Release file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReleaseDates {
    pub date: Option<Timestamp>,
    pub valid_until: Option<Timestamp>,
}

pub fn release_dates(path: &Path) -> Result<ReleaseDates, std::io::Error> {
    let text = fs_err::read_to_string(path)?;
    let mut dates = ReleaseDates::default();
    for paragraph in control::paragraphs(&text, &["Date", "Valid-Until"]) {
        let read = |name: &str| paragraph.get(name).and_then(parse_date);
        dates.date = dates.date.or_else(|| read("Date"));
        dates.valid_until = dates.valid_until.or_else(|| read("Valid-Until"));
    }
    Ok(dates)
}

/// `Sat, 21 Nov 2026 10:00:00 UTC`: RFC 2822 but for the zone's name.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let text = text.strip_suffix("UTC").map_or_else(|| text.to_owned(), |start| format!("{start}+0000"));
    rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

/// `http://user:secret@host/…` without user and password; other text stays as it is.
pub fn without_password(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        shown.push_str(head);
        let end = tail.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(tail.len());
        rest = tail[..end].rfind('@').map_or(tail, |at| &tail[at + 1..]);
    }
    shown.push_str(rest);
    shown
}

/// Host of a URI, for repositories of which nothing else is known yet.
pub fn host(uri: &str) -> String {
    let shown = without_password(uri);
    let host = shown.split_once("://").map_or(shown.as_str(), |(_, rest)| rest);
    host.split('/').next().unwrap_or(host).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(
            without_password("E: http://ada:secret@a.test/x y, ftp://b.test"),
            "E: http://a.test/x y, ftp://b.test"
        );
    }

    #[test]
    fn sources_are_found_in_messages() {
        let sources = parse_sources(
            "'http://a.test/debian/dists/s-security/InRelease' a.test_debian_dists_s-security_InRelease 0 \n'http://a.test/debian/dists/s/InRelease' a.test_debian_dists_s_InRelease 0 \n",
        );
        assert_eq!(sources.len(), 2);
        let named = |message: &str| sources.iter().map(|source| source.is_named_in(message)).collect::<Vec<_>>();
        assert_eq!(named("Failed to fetch http://a.test/debian/dists/s/main/Packages  no"), [false, true]);
        assert_eq!(named("GPG error: http://a.test/debian s-security InRelease: bad"), [true, false]);
        assert_eq!(sources[1].list_prefix, "a.test_debian_dists_s_");
    }

    #[test]
    fn release_dates_have_the_zone_in_words() {
        assert_eq!(
            parse_date("Sat, 21 Nov 2026 10:00:00 UTC").map(|at| at.to_string()).as_deref(),
            Some("2026-11-21T10:00:00Z")
        );
    }
}
