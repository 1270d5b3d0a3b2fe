//! Where a server is.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// `http://` or `https://`, host, port, perhaps a path; without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address(reqwest::Url);

impl Address {
    /// `path` begins with `/v1/`; the parts of `query` are escaped here.
    pub(crate) fn call(&self, path: &str, query: &[(&str, &str)]) -> reqwest::Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// `Origin` of a browser that stands on this server.
    pub(crate) fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// True when what is sent stays on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "an address is of the form https://HOST[:PORT]";
        let url = reqwest::Url::parse(text).map_err(|error| format!("{wanted}: {error}"))?;
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || !plain || url.fragment().is_some() {
            return Err(wanted.to_owned());
        }
        Ok(Self(url))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_taken() {
        for wrong in ["fettle.example.com", "ftp://a.test", "http://", "https://a:b@c.test", "https://a.test/?b", ""] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
        let address: Address = "https://a.test:8480/fettle/".parse().expect("an address");
        assert_eq!(address.call("/v1/about", &[]).as_str(), "https://a.test:8480/fettle/v1/about");
        let search = address.call("/v1/assets", &[("search", "a&b=c d")]);
        assert_eq!(search.query(), Some("search=a%26b%3Dc+d"));
        assert_eq!(address.origin(), "https://a.test:8480");
    }

    #[test]
    fn loopback_is_known_by_name_and_by_number() {
        let is_loopback = |text: &str| text.parse::<Address>().expect("an address").is_loopback();
        assert!(["http://localhost:1", "http://127.0.0.9", "http://[::1]:8480"].into_iter().all(is_loopback));
        assert!(!["http://localhost.example.com", "http://192.0.2.1"].into_iter().any(is_loopback));
    }
}
