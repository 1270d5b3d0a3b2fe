//! The feeds of the catalogue that the server fetches by itself (`catalogue.md` 2): those whose records it stores.

use std::collections::BTreeMap;

use fettle_catalog::import::Format;
use secrecy::SecretString;

use super::nvd::{Access, BadKey, Pace};

/// A feed as it ships.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KnownFeed {
    pub(crate) format: Format,
    pub(crate) address: &'static str,
    /// Least time between two fetches, in minutes.
    pub(crate) least_minutes: i64,
    pub(crate) wanted: Wanted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Always,
    /// Once a machine of this release family has enrolled.
    WithDebian,
}

pub(crate) const FEEDS: [KnownFeed; 6] = [
    KnownFeed {
        format: Format::DebianDsa,
        address: "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/DSA/list",
        least_minutes: 30,
        wanted: Wanted::WithDebian,
    },
    KnownFeed {
        format: Format::DebianDla,
        address: "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/DLA/list",
        least_minutes: 30,
        wanted: Wanted::WithDebian,
    },
    KnownFeed {
        format: Format::DebianTracker,
        address: "https://security-tracker.debian.org/tracker/data/json",
        least_minutes: 120,
        wanted: Wanted::WithDebian,
    },
    KnownFeed {
        format: Format::Kev,
        address: "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
        least_minutes: 120,
        wanted: Wanted::Always,
    },
    KnownFeed {
        format: Format::Epss,
        address: "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
        least_minutes: 1_440,
        wanted: Wanted::Always,
    },
    KnownFeed {
        format: Format::Nvd,
        address: "https://services.nvd.nist.gov/rest/json/cves/2.0",
        least_minutes: 120,
        wanted: Wanted::Always,
    },
];

/// Where one feed is fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FeedAddress {
    /// As it ships.
    Default,
    /// Not fetched: by import only.
    Off,
    Url(reqwest::Url),
}

/// What the operator says of feeds.
#[derive(Debug, Clone, Default)]
pub struct FeedSettings {
    /// No feed is fetched; files are imported by hand.
    pub offline: bool,
    addresses: BTreeMap<&'static str, FeedAddress>,
    pub(crate) nvd: Access,
}

/// Why a feed cannot be set so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFeed {
    #[error("there is no feed {0:?} that is fetched; there are {list}", list = FEEDS.map(|feed| feed.format.name()).join(", "))]
    Unknown(String),
    #[error(
        "the address of the feed {name} is {address:?}: give an address of http or https without a password, or \"off\""
    )]
    Address { name: String, address: String },
}

impl FeedSettings {
    pub fn offline() -> Self {
        Self { offline: true, ..Self::default() }
    }

    /// Takes an address, or `off`, for the feed of this name.
    pub fn set(&mut self, name: &str, address: &str) -> Result<(), BadFeed> {
        let known = FEEDS.iter().find(|feed| feed.format.name() == name);
        let known = known.ok_or_else(|| BadFeed::Unknown(name.to_owned()))?;
        let bad = || BadFeed::Address { name: name.to_owned(), address: address.to_owned() };
        let parsed = match address {
            "off" => FeedAddress::Off,
            "default" => FeedAddress::Default,
            address => {
                let url = reqwest::Url::parse(address).map_err(|_| bad())?;
                let is_plain = matches!(url.scheme(), "http" | "https") && url.password().is_none();
                FeedAddress::Url(Some(url).filter(|_| is_plain).ok_or_else(bad)?)
            }
        };
        self.addresses.insert(known.format.name(), parsed);
        Ok(())
    }

    /// The key under which the NVD answers ten times as often; it goes to the feed's address and nowhere else.
    pub fn set_nvd_key(&mut self, key: SecretString) -> Result<(), BadKey> {
        self.nvd.set_key(key)
    }

    /// Another pace than the vendor's own limits ask for.
    pub const fn set_nvd_pace(&mut self, pace: Pace) {
        self.nvd.set_pace(pace);
    }

    /// Where the feed is fetched; `None`: it is not.
    pub(crate) fn address(&self, feed: &KnownFeed) -> Option<String> {
        if self.offline {
            return None;
        }
        match self.addresses.get(feed.format.name()).unwrap_or(&FeedAddress::Default) {
            FeedAddress::Default => Some(feed.address.to_owned()),
            FeedAddress::Off => None,
            FeedAddress::Url(url) => Some(url.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_default_or_another_or_none() {
        let of = |settings: &FeedSettings, format| {
            settings.address(FEEDS.iter().find(|feed| feed.format == format).expect("a feed"))
        };
        let mut settings = FeedSettings::default();
        assert!(of(&settings, Format::Kev).is_some_and(|address| address.starts_with("https://www.cisa.gov/")));
        settings.set("kev", "off").expect("it is known");
        settings.set("epss", "http://mirror.example/epss.csv.gz").expect("it is known");
        assert_eq!(of(&settings, Format::Kev), None);
        assert_eq!(of(&settings, Format::Epss).as_deref(), Some("http://mirror.example/epss.csv.gz"));
        assert_eq!(of(&FeedSettings::offline(), Format::DebianDsa), None);
    }

    #[test]
    fn a_key_is_one_word_and_is_never_shown() {
        let mut settings = FeedSettings::default();
        settings.set_nvd_key("00000000-aaaa-bbbb".into()).expect("a key");
        assert!(!format!("{settings:?}").contains("aaaa"));
        for bad in ["", "two words", "line\nbreak"] {
            assert_eq!(settings.set_nvd_key(bad.into()), Err(BadKey), "{bad:?}");
        }
    }

    #[test]
    fn what_is_no_feed_or_no_address_is_refused_by_name() {
        let mut settings = FeedSettings::default();
        let unknown = settings.set("kef", "off").expect_err("unknown").to_string();
        assert!(unknown.ends_with("there are debian-dsa, debian-dla, debian-tracker, kev, epss, nvd"), "{unknown}");
        for address in ["ftp://a.example/x", "file:///etc/shadow", "kev.json", "https://a:b@c.example/"] {
            assert!(matches!(settings.set("kev", address), Err(BadFeed::Address { .. })), "{address}");
        }
    }
}
