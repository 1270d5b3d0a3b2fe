//! `~/.config/fettle/credentials.toml`: the server that was signed in to, and its API token.

use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::api::Address;
use crate::failure::Failure;

#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) url: Address,
    pub(crate) token: SecretString,
    /// With it the token can be given back; none when the token came from a file.
    pub(crate) token_id: Option<String>,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    url: String,
    token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_id: Option<String>,
}

/// `$XDG_CONFIG_HOME/fettle`, else `~/.config/fettle`.
fn path() -> Result<PathBuf, Failure> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    let config = config.ok_or_else(|| Failure::Argument("neither XDG_CONFIG_HOME nor HOME is set".to_owned()))?;
    Ok(config.join("fettle/credentials.toml"))
}

pub(crate) fn load() -> Result<Option<Credentials>, Failure> {
    let path = path()?;
    let text = match fs_err::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(Failure::File { operation: "the stored API token cannot be read".to_owned(), source });
        }
    };
    let unreadable = |source| Failure::Document { path: path.clone(), source };
    // The message alone: the error's own text quotes the line, and that may be the token.
    let stored: Stored = toml::from_str(&text).map_err(|error| unreadable(error.message().into()))?;
    let url = stored.url.parse().map_err(|error: String| unreadable(error.into()))?;
    Ok(Some(Credentials { url, token: stored.token.into(), token_id: stored.token_id }))
}

/// Writes the file anew, readable by its owner alone from its first byte on.
pub(crate) fn store(credentials: &Credentials) -> Result<PathBuf, Failure> {
    let path = path()?;
    let stored = Stored {
        url: credentials.url.to_string(),
        token: credentials.token.expose_secret().to_owned(),
        token_id: credentials.token_id.clone(),
    };
    let text = toml::to_string(&stored).expect("three strings are TOML");
    write_private(&path, &text)
        .map_err(|source| Failure::File { operation: "the API token cannot be stored".to_owned(), source })?;
    Ok(path)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    let fresh = path.with_extension("toml.new");
    let mut file = fs_err::OpenOptions::new();
    file.write(true).create(true).truncate(true).options_mut().mode(0o600);
    let mut file = file.open(&fresh)?;
    file.set_permissions(PermissionsExt::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs_err::rename(&fresh, path)
}

/// True when there was something to remove.
pub(crate) fn remove() -> Result<bool, Failure> {
    match fs_err::remove_file(path()?) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(Failure::File { operation: "the stored API token cannot be removed".to_owned(), source }),
    }
}

/// A token alone in a file; blanks around it do not count.
pub(crate) fn read_token(path: &Path) -> Result<SecretString, Failure> {
    let text = fs_err::read_to_string(path)
        .map_err(|source| Failure::File { operation: "the API token cannot be read".to_owned(), source })?;
    Ok(text.trim().into())
}

pub(crate) fn token_of_environment() -> Option<SecretString> {
    std::env::var("FETTLE_TOKEN").ok().filter(|token| !token.is_empty()).map(SecretString::from)
}
