//! InRelease: the signed list of a suite's indexes (`catalogue.md` 3, rule `apt`; `SecureApt`).

use std::io::BufRead;

use fettle_model::Sha256;
use jiff::{SignedDuration, Timestamp};
use pgp::composed::{CleartextSignedMessage, Deserializable, SignedPublicKey};

use super::control::Paragraphs;

/// How far ahead of our clock a Release file's date may lie.
const MAX_AHEAD: SignedDuration = SignedDuration::from_mins(10);
/// Largest InRelease that is read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;

/// OpenPGP keys that the server trusts for a suite.
#[derive(Debug, Clone, Default)]
pub struct Keyring(Vec<SignedPublicKey>);

/// A suite as its signed text describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    pub origin: String,
    pub label: String,
    pub suite: String,
    pub codename: String,
    pub date: Timestamp,
    pub valid_until: Option<Timestamp>,
    pub by_hash: bool,
    pub indexes: Vec<IndexEntry>,
}

/// A file that the suite's signature vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    pub path: String,
    pub size_bytes: u64,
    pub sha256: Sha256,
}

#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error("the keyring cannot be read")]
    Keyring(#[source] Box<pgp::errors::Error>),
    #[error("FEED_TOO_LARGE: InRelease has more than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("FEED_MALFORMED: InRelease is no clear-signed text")]
    NotClearSigned,
    #[error("FEED_SIGNATURE_INVALID: no key of the keyring made a good signature over InRelease")]
    Signature,
    #[error("FEED_MALFORMED: InRelease lacks a readable `{0}`")]
    Field(&'static str),
    #[error("FEED_EXPIRED: InRelease was valid until {0}")]
    Expired(Timestamp),
    #[error("FEED_MALFORMED: InRelease is dated {0}, which lies ahead of this server's clock")]
    FromTheFuture(Timestamp),
    #[error("FEED_ROLLED_BACK: InRelease is dated {found}, older than the last accepted one of {accepted}")]
    RolledBack { found: Timestamp, accepted: Timestamp },
}

impl Keyring {
    /// Adds the keys of a binary keyring file. Entries that are no keys that this reader knows are passed over.
    pub fn add(&mut self, keyring: impl BufRead) -> Result<usize, ReleaseError> {
        let before = self.0.len();
        let keys = SignedPublicKey::from_bytes_many(keyring).map_err(|error| ReleaseError::Keyring(Box::new(error)))?;
        self.0.extend(keys.flatten());
        Ok(self.0.len() - before)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn verifies(&self, message: &CleartextSignedMessage) -> bool {
        self.0.iter().any(|key| {
            message.verify(&key.primary_key).is_ok()
                || key.public_subkeys.iter().any(|subkey| message.verify(&subkey.key).is_ok())
        })
    }
}

/// Verifies and reads an InRelease. Only the signed text is read. `accepted` is the date of the last accepted one.
pub fn read(
    in_release: &[u8],
    keyring: &Keyring,
    now: Timestamp,
    accepted: Option<Timestamp>,
) -> Result<Release, ReleaseError> {
    if in_release.len() > MAX_BYTES {
        return Err(ReleaseError::TooLarge);
    }
    let text = std::str::from_utf8(in_release).map_err(|_| ReleaseError::NotClearSigned)?;
    let (message, _) = CleartextSignedMessage::from_string(text).map_err(|_| ReleaseError::NotClearSigned)?;
    if !keyring.verifies(&message) {
        return Err(ReleaseError::Signature);
    }
    let release = parse(&message.signed_text())?;
    if release.date > now + MAX_AHEAD {
        return Err(ReleaseError::FromTheFuture(release.date));
    }
    if let Some(until) = release.valid_until.filter(|until| *until < now) {
        return Err(ReleaseError::Expired(until));
    }
    match accepted {
        Some(accepted) if release.date < accepted => Err(ReleaseError::RolledBack { found: release.date, accepted }),
        _ => Ok(release),
    }
}

/// Reads the text inside the signature, or that of a Release file. Checks no signature and no date: [`read`] does.
pub fn parse(text: &str) -> Result<Release, ReleaseError> {
    let paragraph =
        Paragraphs::new(text.as_bytes()).next().and_then(Result::ok).ok_or(ReleaseError::Field("any field"))?;
    let field = |name| paragraph.field(name).unwrap_or_default().to_owned();
    Ok(Release {
        origin: field("Origin"),
        label: field("Label"),
        suite: field("Suite"),
        codename: field("Codename"),
        date: paragraph.field("Date").and_then(date).ok_or(ReleaseError::Field("Date"))?,
        valid_until: match paragraph.field("Valid-Until") {
            Some(text) => Some(date(text).ok_or(ReleaseError::Field("Valid-Until"))?),
            None => None,
        },
        by_hash: paragraph.field("Acquire-By-Hash").is_some_and(|value| value.eq_ignore_ascii_case("yes")),
        indexes: paragraph.field("SHA256").unwrap_or_default().lines().filter_map(index_entry).collect(),
    })
}

fn index_entry(line: &str) -> Option<IndexEntry> {
    let mut words = line.split_whitespace();
    let (digits, size, path) = (words.next()?, words.next()?, words.next()?);
    Some(IndexEntry { sha256: Sha256::from_hex(digits).ok()?, size_bytes: size.parse().ok()?, path: path.to_owned() })
}

/// RFC 2822 as Debian writes it, with `UTC` for the zone.
fn date(text: &str) -> Option<Timestamp> {
    let text = text.trim().replace(" UTC", " +0000").replace(" GMT", " +0000");
    jiff::fmt::rfc2822::parse(&text).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real() -> Option<(Vec<u8>, Keyring)> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/debian_apt");
        let in_release = fs_err::read(folder.join("bookworm-security_InRelease")).ok()?;
        let mut keyring = Keyring::default();
        let keys = fs_err::read(folder.join("debian-archive-keyring.gpg")).ok()?;
        keyring.add(keys.as_slice()).expect("Debian's keyring");
        Some((in_release, keyring))
    }

    #[test]
    fn debian_s_own_is_verified_and_refused_when_altered_expired_or_old() {
        let Some((in_release, keyring)) = real() else {
            eprintln!("skipped: the folder of real vendor data is not beside this checkout");
            return;
        };
        let dated: Timestamp = "2026-11-20T00:12:41Z".parse().expect("a time");
        let now = dated + SignedDuration::from_hours(12);
        let release = read(&in_release, &keyring, now, None).expect("a good signature");
        assert_eq!((release.label.as_str(), release.codename.as_str()), ("Debian-Security", "bookworm-security"));
        assert_eq!(release.date, dated);
        assert!(release.by_hash);
        assert!(release.indexes.iter().any(|index| index.path == "main/binary-amd64/Packages.xz"));

        let altered = String::from_utf8(in_release.clone()).expect("text").replace("Suite: old", "Suite: new");
        assert!(matches!(read(altered.as_bytes(), &keyring, now, None), Err(ReleaseError::Signature)));
        let late = now + SignedDuration::from_hours(24 * 8);
        assert!(matches!(read(&in_release, &keyring, late, None), Err(ReleaseError::Expired(_))));
        let newer = dated + SignedDuration::from_secs(1);
        assert!(matches!(read(&in_release, &keyring, now, Some(newer)), Err(ReleaseError::RolledBack { .. })));
        let early = dated - SignedDuration::from_hours(1);
        assert!(matches!(read(&in_release, &keyring, early, None), Err(ReleaseError::FromTheFuture(_))));
        assert!(matches!(read(&in_release, &Keyring::default(), now, None), Err(ReleaseError::Signature)));
    }

    /// A suite of our own, signed once by a key that was thrown away.
    #[test]
    fn our_own_fixture_is_verified_and_refused_when_altered_expired_or_old() {
        let in_release = include_bytes!("../../tests/fixtures/InRelease");
        let mut keyring = Keyring::default();
        let keys = keyring.add(include_bytes!("../../tests/fixtures/keyring.gpg").as_slice()).expect("a keyring");
        assert_eq!(keys, 1);
        let dated: Timestamp = "2026-11-20T08:00:00Z".parse().expect("a time");
        let release = read(in_release, &keyring, dated, Some(dated)).expect("a good signature");
        assert_eq!((release.origin.as_str(), release.label.as_str()), ("Fettle", "Fettle-Fixture-Security"));
        assert_eq!(release.indexes.len(), 1);
        assert_eq!(
            (release.indexes[0].path.as_str(), release.indexes[0].size_bytes),
            ("main/binary-amd64/Packages", 0)
        );

        let altered = String::from_utf8(in_release.to_vec()).expect("text").replace("        0 main", "        1 main");
        assert!(matches!(read(altered.as_bytes(), &keyring, dated, None), Err(ReleaseError::Signature)));
        let late = dated + SignedDuration::from_hours(24 * 8);
        assert!(matches!(read(in_release, &keyring, late, None), Err(ReleaseError::Expired(_))));
        let newer = Some(dated + SignedDuration::from_secs(1));
        assert!(matches!(read(in_release, &keyring, dated, newer), Err(ReleaseError::RolledBack { .. })));
        assert!(matches!(read(in_release, &Keyring::default(), dated, None), Err(ReleaseError::Signature)));
    }

    #[test]
    fn what_is_not_signed_is_refused() {
        let now = "2026-11-20T00:12:41Z".parse().expect("a time");
        let plain = b"Origin: Debian\nDate: Fri, 20 Nov 2026 00:12:41 UTC\n";
        assert!(matches!(read(plain, &Keyring::default(), now, None), Err(ReleaseError::NotClearSigned)));
    }
}
