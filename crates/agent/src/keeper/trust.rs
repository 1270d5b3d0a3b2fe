//! Trust statements: the first is pinned at enrolment, each later one must follow from the one in force (`agent.md`
//! 4.4).

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use fettle_model::OrganisationId;
use fettle_wire::document::TrustStatement;
use fettle_wire::document::trust::FORMAT;
use fettle_wire::dsse::PayloadType;
use fettle_wire::{Code, Envelope, PublicKey};

use crate::folder;

/// Largest envelope of a trust statement, in bytes.
const LIMIT: usize = 512 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("{}: {reason}", code.name())]
    Refused { code: Code, reason: &'static str },
    #[error("the trust statements of the agent could not be read or written")]
    File(#[source] io::Error),
}

impl TrustError {
    const fn refused(code: Code, reason: &'static str) -> Self {
        Self::Refused { code, reason }
    }
}

/// Takes the statements of an enrolment in order: the first pinned, each later one by the one before.
pub fn pin(
    envelopes: &[Vec<u8>],
    organisation: OrganisationId,
    keys: &[PublicKey],
) -> Result<TrustStatement, TrustError> {
    let (first, later) = envelopes
        .split_first()
        .ok_or(TrustError::refused(Code::TrustUnpinned, "the server sent no trust statement"))?;
    let envelope = Envelope::open(first, PayloadType::Trust, LIMIT)
        .map_err(|_| TrustError::refused(Code::TrustUnpinned, "the first trust statement is no envelope"))?;
    let statement = read(&envelope, Code::TrustUnpinned)?;
    if statement.organisation != organisation {
        return Err(TrustError::refused(Code::TrustUnpinned, "it is of another organisation"));
    }
    if !has_roots(&envelope, &statement) {
        return Err(TrustError::refused(Code::TrustUnpinned, "it is not signed by its own roots"));
    }
    if !keys.is_empty() && !keys.iter().any(|key| envelope.is_signed_by(key)) {
        return Err(TrustError::refused(Code::TrustUnpinned, "none of the given AuthorisationKeys signed it"));
    }
    later.iter().try_fold(statement, |current, bytes| follow(&current, bytes))
}

/// The statement in `bytes`, if it follows from `current`.
pub fn follow(current: &TrustStatement, bytes: &[u8]) -> Result<TrustStatement, TrustError> {
    let envelope = Envelope::open(bytes, PayloadType::Trust, LIMIT)
        .map_err(|_| TrustError::refused(Code::TrustInvalid, "it is no envelope"))?;
    let next = read(&envelope, Code::TrustInvalid)?;
    if next.organisation != current.organisation {
        return Err(TrustError::refused(Code::TrustInvalid, "it is of another organisation"));
    }
    if next.version != current.version + 1 {
        return Err(TrustError::refused(Code::TrustGap, "its version does not follow"));
    }
    if !has_roots(&envelope, current) {
        return Err(TrustError::refused(Code::TrustInvalid, "the roots in force did not sign it"));
    }
    Ok(next)
}

fn read(envelope: &Envelope, code: Code) -> Result<TrustStatement, TrustError> {
    let statement: TrustStatement =
        envelope.read().map_err(|_| TrustError::refused(code, "it is no trust statement"))?;
    if statement.format != FORMAT {
        return Err(TrustError::refused(code, "its format is not known"));
    }
    Ok(statement)
}

/// Signed by roots of as many different persons as `statement` asks for, at least one.
fn has_roots(envelope: &Envelope, statement: &TrustStatement) -> bool {
    let persons: BTreeSet<&str> = statement
        .roots
        .iter()
        .filter(|root| envelope.is_signed_by(&root.key))
        .map(|root| root.person.as_str())
        .collect();
    persons.len() >= usize::try_from(statement.roots_needed.max(1)).unwrap_or(usize::MAX)
}

/// The statements on disk, `trust/<version>.dsse`.
#[derive(Debug, Clone)]
pub struct TrustFolder(PathBuf);

impl TrustFolder {
    pub fn new(keeper: &Path) -> Self {
        Self(keeper.join("trust"))
    }

    /// Stores all statements of an enrolment, from version 1 on.
    pub fn store(&self, envelopes: &[Vec<u8>]) -> Result<(), TrustError> {
        fs_err::create_dir_all(&self.0).map_err(TrustError::File)?;
        for (at, bytes) in envelopes.iter().enumerate() {
            folder::write_durably(&self.0.join(format!("{}.dsse", at + 1)), bytes).map_err(TrustError::File)?;
        }
        Ok(())
    }

    /// True when these very bytes are stored already.
    pub fn holds(&self, bytes: &[u8]) -> Result<bool, TrustError> {
        if !self.0.exists() {
            return Ok(false);
        }
        for entry in fs_err::read_dir(&self.0).map_err(TrustError::File)? {
            let path = entry.map_err(TrustError::File)?.path();
            if fs_err::read(path).map_err(TrustError::File)? == bytes {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes the next statement, if it follows from the one in force; its version.
    pub fn append(&self, bytes: &[u8]) -> Result<u64, TrustError> {
        let current =
            self.load()?.ok_or(TrustError::refused(Code::TrustUnpinned, "no trust statement is pinned yet"))?;
        let next = follow(&current, bytes)?;
        folder::write_durably(&self.0.join(format!("{}.dsse", next.version)), bytes).map_err(TrustError::File)?;
        Ok(next.version)
    }

    /// The statement in force. It was checked before it was stored, in a folder that only the keeper writes.
    pub fn load(&self) -> Result<Option<TrustStatement>, TrustError> {
        let mut found = None;
        for version in 1u64.. {
            let path = self.0.join(format!("{version}.dsse"));
            if !path.exists() {
                break;
            }
            let bytes = fs_err::read(path).map_err(TrustError::File)?;
            let envelope = Envelope::open(&bytes, PayloadType::Trust, LIMIT)
                .map_err(|_| TrustError::refused(Code::TrustInvalid, "the stored statement is damaged"))?;
            found = Some(read(&envelope, Code::TrustInvalid)?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use fettle_wire::SigningKey;
    use fettle_wire::document::trust::{Approvals, RootKey};

    use super::*;

    struct Root(SigningKey);

    fn root() -> Root {
        Root(SigningKey::generate().expect("a key").0)
    }

    fn organisation() -> OrganisationId {
        "0193b3a0-0000-7000-8000-000000000001".parse().expect("an id")
    }

    fn statement(version: u64, roots: &[&Root]) -> TrustStatement {
        TrustStatement {
            format: FORMAT.to_owned(),
            organisation: organisation(),
            version,
            issued: "2026-11-21T00:00:00Z".parse().expect("a time"),
            expires: "2027-11-21T00:00:00Z".parse().expect("a time"),
            roots: roots
                .iter()
                .map(|root| RootKey { key: root.0.public(), person: root.0.public().to_string() })
                .collect(),
            roots_needed: 1,
            authorisation: Vec::new(),
            manifest: Vec::new(),
            release: Vec::new(),
            server_ca: Vec::new(),
            approvals: Approvals { default: 1, actions: 1, removals: 1, agent_uninstall: 1 },
            withdrawn: Vec::new(),
            frozen: false,
        }
    }

    fn signed(statement: &TrustStatement, by: &[&Root]) -> Vec<u8> {
        let payload = serde_json::to_vec(statement).expect("JSON");
        let keys: Vec<&SigningKey> = by.iter().map(|root| &root.0).collect();
        Envelope::sign(PayloadType::Trust, &payload, &keys).bytes().to_vec()
    }

    fn code(result: &Result<TrustStatement, TrustError>) -> Option<Code> {
        match result {
            Err(TrustError::Refused { code, .. }) => Some(*code),
            _ => None,
        }
    }

    #[test]
    fn the_first_is_pinned_and_each_later_one_follows() {
        let (old, new) = (root(), root());
        let first = signed(&statement(1, &[&old]), &[&old]);
        let second = signed(&statement(2, &[&new]), &[&old]);
        let third = signed(&statement(3, &[&new]), &[&new]);
        let pinned = pin(&[first.clone(), second.clone(), third.clone()], organisation(), &[old.0.public()]);
        assert_eq!(pinned.expect("a chain").version, 3);

        assert_eq!(code(&pin(&[], organisation(), &[])), Some(Code::TrustUnpinned));
        assert_eq!(
            code(&pin(std::slice::from_ref(&first), organisation(), &[new.0.public()])),
            Some(Code::TrustUnpinned)
        );
        let unsigned = signed(&statement(1, &[&old]), &[&new]);
        assert_eq!(code(&pin(&[unsigned], organisation(), &[])), Some(Code::TrustUnpinned));
        let other = "0193b3a0-0000-7000-8000-0000000000ff".parse().expect("an id");
        assert_eq!(code(&pin(std::slice::from_ref(&first), other, &[])), Some(Code::TrustUnpinned));
        assert_eq!(code(&pin(&[first.clone(), third], organisation(), &[])), Some(Code::TrustGap));
        let stolen = signed(&statement(2, &[&new]), &[&new]);
        let folder = tempfile::tempdir().expect("a folder");
        let kept = TrustFolder::new(folder.path());
        kept.store(std::slice::from_ref(&first)).expect("a file");
        assert!(kept.holds(&first).expect("a folder") && !kept.holds(&second).expect("a folder"));
        assert!(kept.append(&stolen).is_err());
        assert_eq!(kept.append(&second).expect("it follows"), 2);
        assert_eq!(kept.load().expect("statements").map(|statement| statement.version), Some(2));
        assert_eq!(code(&pin(&[first, stolen], organisation(), &[])), Some(Code::TrustInvalid));
    }
}
