//! Install values: what `fettle-agent install NAME=VALUE…` takes and `agent.toml` keeps (`agent.md` 2.1).

use std::io;
use std::path::Path;

use fettle_model::{ActivationKeyId, OrganisationId, Sha256};
use fettle_wire::PublicKey;
use serde::{Deserialize, Serialize};

use crate::folder;

/// Longest `WebServiceUri`, in bytes.
const URI_LIMIT: usize = 2_048;
const KEYS_LIMIT: usize = 5;
const LABELS_LIMIT: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Settings {
    pub customer_id: OrganisationId,
    pub activation_id: ActivationKeyId,
    /// Ends in `/agent/`.
    pub web_service_uri: String,
    /// SHA-256 of the CA's public key (SPKI); absent: the server's chain ends in a public root of the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_ca: Option<Sha256>,
    /// One of these must have signed the first trust statement; empty: the one that the pinned server sends is taken.
    #[serde(default)]
    pub authorisation_key: Vec<PublicKey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_url: Option<String>,
    #[serde(default)]
    pub monitor_only: bool,
    /// For the limits file, where the install writes one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{0:?} is not of the form NAME=VALUE")]
    Form(String),
    #[error("{name} is given twice")]
    Twice { name: String },
    #[error("there is no install value {name}")]
    Unknown { name: String },
    #[error("{name} lacks")]
    Lacks { name: &'static str },
    #[error("{name} is not valid: {reason}")]
    Invalid { name: &'static str, reason: String },
    #[error("the agent's settings could not be read or written")]
    File(#[source] io::Error),
    #[error("{path} is not valid: {reason}")]
    Content { path: String, reason: String },
}

impl Settings {
    /// Reads `NAME=VALUE` words; names are taken in any case. `insecure_http` lets the address of a server on this
    /// machine begin with http://.
    pub fn from_words(words: &[String], insecure_http: bool) -> Result<Self, SettingsError> {
        let mut values = Values { insecure_http, ..Values::default() };
        for word in words {
            let (name, value) = word.split_once('=').ok_or_else(|| SettingsError::Form(word.clone()))?;
            values.take(name, value)?;
        }
        values.finish()
    }

    pub fn load(path: &Path) -> Result<Option<Self>, SettingsError> {
        let text = match fs_err::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(SettingsError::File(error)),
        };
        toml::from_str(&text).map(Some).map_err(|error| SettingsError::Content {
            path: path.display().to_string(),
            reason: error.message().to_owned(),
        })
    }

    pub fn store(&self, path: &Path) -> Result<(), SettingsError> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder).map_err(SettingsError::File)?;
        }
        let text = toml::to_string(self).expect("settings are TOML");
        folder::write_durably(path, text.as_bytes()).map_err(SettingsError::File)
    }

    /// Address of a call: `enrol` → `https://host/agent/v1/enrol`.
    pub fn call(&self, name: &str) -> String {
        format!("{}v{}/{name}", self.web_service_uri, fettle_wire::WIRE_VERSION)
    }
}

#[derive(Debug, Default)]
struct Values {
    customer_id: Option<OrganisationId>,
    activation_id: Option<ActivationKeyId>,
    insecure_http: bool,
    web_service_uri: Option<String>,
    server_ca: Option<Sha256>,
    authorisation_key: Vec<PublicKey>,
    proxy_url: Option<String>,
    monitor_only: Option<bool>,
    labels: Vec<String>,
}

impl Values {
    fn take(&mut self, name: &str, value: &str) -> Result<(), SettingsError> {
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "customerid" => once(&mut self.customer_id, "CustomerId", uuid("CustomerId", value)?.into()),
            "activationid" => once(&mut self.activation_id, "ActivationId", uuid("ActivationId", value)?.into()),
            "webserviceuri" => once(&mut self.web_service_uri, "WebServiceUri", uri(value, self.insecure_http)?),
            "serverca" => {
                let hash = value.parse().map_err(|error| invalid("ServerCa", error))?;
                once(&mut self.server_ca, "ServerCa", hash)
            }
            "authorisationkey" => {
                for key in value.split(',').filter(|key| !key.is_empty()) {
                    let key = key.trim().parse().map_err(|error| invalid("AuthorisationKey", error))?;
                    self.authorisation_key.push(key);
                }
                if self.authorisation_key.len() > KEYS_LIMIT {
                    return Err(invalid("AuthorisationKey", format!("more than {KEYS_LIMIT} keys")));
                }
                Ok(())
            }
            "proxyurl" if value.is_empty() => Ok(()),
            "proxyurl" if value.starts_with("http://") || value.starts_with("https://") => {
                once(&mut self.proxy_url, "ProxyUrl", value.to_owned())
            }
            "proxyurl" => Err(invalid("ProxyUrl", "it begins with http:// or https://")),
            "monitoronly" => {
                let wish = value.parse().map_err(|_| invalid("MonitorOnly", "it is true or false"))?;
                once(&mut self.monitor_only, "MonitorOnly", wish)
            }
            "labels" => {
                self.labels = value.split([',', ' ']).filter(|label| !label.is_empty()).map(str::to_owned).collect();
                if self.labels.len() > LABELS_LIMIT || !self.labels.iter().all(|label| crate::limits::is_label(label)) {
                    return Err(invalid("Labels", format!("up to {LABELS_LIMIT} words of 1 to 63 characters")));
                }
                Ok(())
            }
            _ => Err(SettingsError::Unknown { name: name.to_owned() }),
        }
    }

    fn finish(self) -> Result<Settings, SettingsError> {
        let lacks = |name| SettingsError::Lacks { name };
        Ok(Settings {
            customer_id: self.customer_id.ok_or_else(|| lacks("CustomerId"))?,
            activation_id: self.activation_id.ok_or_else(|| lacks("ActivationId"))?,
            web_service_uri: self.web_service_uri.ok_or_else(|| lacks("WebServiceUri"))?,
            server_ca: self.server_ca,
            authorisation_key: self.authorisation_key,
            proxy_url: self.proxy_url,
            monitor_only: self.monitor_only.unwrap_or(false),
            labels: self.labels,
        })
    }
}

fn once<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), SettingsError> {
    if slot.replace(value).is_some() {
        return Err(SettingsError::Twice { name: name.to_owned() });
    }
    Ok(())
}

fn invalid(name: &'static str, reason: impl std::fmt::Display) -> SettingsError {
    SettingsError::Invalid { name, reason: reason.to_string() }
}

/// With or without braces.
fn uuid(name: &'static str, value: &str) -> Result<uuid::Uuid, SettingsError> {
    uuid::Uuid::try_parse(value).map_err(|error| invalid(name, error))
}

fn uri(value: &str, insecure_http: bool) -> Result<String, SettingsError> {
    let refused = |reason: &str| Err(invalid("WebServiceUri", reason));
    let local = value.strip_prefix("http://").filter(|rest| insecure_http && is_loopback(rest));
    let Some(rest) = value.strip_prefix("https://").or(local) else {
        return refused("it begins with https:// (http:// with --insecure-http and a loopback address only)");
    };
    if value.len() > URI_LIMIT {
        return refused("it is longer than 2,048 characters");
    }
    let with_slash = if value.ends_with('/') { value.to_owned() } else { format!("{value}/") };
    if !with_slash.ends_with("/agent/") || rest.starts_with('/') {
        return refused("it is of the form https://host[:port]/agent/");
    }
    Ok(with_slash)
}

/// Whether what follows `http://` names this machine itself, by address.
fn is_loopback(rest: &str) -> bool {
    let host = rest.split('/').next().unwrap_or_default();
    let address = host.parse::<std::net::SocketAddr>().map(|address| address.ip());
    let bare = || host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.or_else(|_| bare()).is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vec<String> {
        [
            "CustomerId={0193b3a0-0000-7000-8000-000000000001}".to_owned(),
            "ACTIVATIONID=0193b3a0-0000-7000-8000-000000000002".to_owned(),
            "WebServiceUri=https://fettle.example.test:8443/agent".to_owned(),
            format!("ServerCa=sha256:{}", "ab".repeat(32)),
        ]
        .to_vec()
    }

    #[test]
    fn the_values_round_trip_through_the_file() {
        let settings = Settings::from_words(&words(), false).expect("values");
        assert_eq!(settings.call("check-in"), "https://fettle.example.test:8443/agent/v1/check-in");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("etc/agent.toml");
        assert!(Settings::load(&path).expect("no file is no error").is_none());
        settings.store(&path).expect("a file");
        assert_eq!(Settings::load(&path).expect("the file"), Some(settings));
    }

    #[test]
    fn wrong_values_are_named() {
        let with = |word: &str| {
            let mut words = words();
            words.push(word.to_owned());
            Settings::from_words(&words, false).expect_err("refused").to_string()
        };
        insta::assert_snapshot!(
            [
                with("CustomerId=0193b3a0-0000-7000-8000-000000000001"),
                with("Colour=blue"),
                with("MonitorOnly"),
                with("MonitorOnly=perhaps"),
                with("AuthorisationKey=rsa:abc"),
                Settings::from_words(&words()[..2], false).expect_err("refused").to_string(),
                Settings::from_words(&["WebServiceUri=http://a.test/agent/".to_owned()], true)
                    .expect_err("refused")
                    .to_string(),
            ]
            .join("\n")
        );
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        let with = |address: &str, insecure| {
            let mut words = words();
            words[2] = format!("WebServiceUri=http://{address}/agent/");
            Settings::from_words(&words, insecure).is_ok()
        };
        for address in ["127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "[::1]"] {
            assert!(with(address, true) && !with(address, false), "{address}");
        }
        for address in ["localhost", "192.0.2.1:80", "127.0.0.1.example.test", "127.0.0.1@a.test", "a.test:80"] {
            assert!(!with(address, true), "{address}");
        }
    }
}
