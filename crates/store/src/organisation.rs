//! The organisation and its keys: one of each, read at start.

use fettle_model::{OrganisationId, Sha256};
use jiff::Timestamp;
use serde_json::Value;

use crate::error::StoreError;
use crate::sql::{Scalar, all, execute, optional, row};
use crate::tx::Tx;

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Organisation {
        pub id: OrganisationId,
        pub name: String,
        pub created_at: Timestamp,
    }
}

row! {
    /// The one-time code that makes the first administrator.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SetupCode {
        pub hash: Sha256,
        pub created_at: Timestamp,
        pub used_at: Option<Timestamp>,
    }
}

row! {
    /// A key of the server. Sealing is the caller's: no private byte comes here in the clear.
    #[derive(Clone, PartialEq, Eq)]
    pub struct ServerKey {
        /// `ca`, `manifest` ….
        pub name: String,
        /// The public half: a certificate's DER, or the key's bytes.
        pub public: Vec<u8>,
        pub sealed: Vec<u8>,
        pub created_at: Timestamp,
    }
}

impl std::fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerKey").field("name", &self.name).finish_non_exhaustive()
    }
}

row! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredTrustStatement {
        pub version: u64,
        /// As it was signed.
        pub envelope: Vec<u8>,
        pub created_at: Timestamp,
    }
}

pub struct OrganisationView<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl OrganisationView<'_> {
    pub async fn find(&mut self) -> Result<Option<Organisation>, StoreError> {
        optional!(self.tx, Organisation, "find the organisation", "SELECT * FROM organisation")
    }

    /// Fails with [`StoreError::is_taken`] if there is one already.
    pub async fn insert(&mut self, organisation: &Organisation) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert the organisation",
            "INSERT INTO organisation (single, id, name, created_at) VALUES (1, $1, $2, $3)",
            organisation.id,
            organisation.name,
            organisation.created_at,
        )
        .map(drop)
    }

    pub async fn setup_code(&mut self) -> Result<Option<SetupCode>, StoreError> {
        optional!(self.tx, SetupCode, "find the setup code", "SELECT * FROM setup_code")
    }

    /// Replaces the code; the one before is good no longer.
    pub async fn put_setup_code(&mut self, code: &SetupCode) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "put the setup code",
            "INSERT INTO setup_code (single, hash, created_at, used_at) VALUES (1, $1, $2, $3)
             ON CONFLICT (single) DO UPDATE
             SET hash = excluded.hash, created_at = excluded.created_at, used_at = excluded.used_at",
            code.hash,
            code.created_at,
            code.used_at,
        )
        .map(drop)
    }
}

pub struct Settings<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Settings<'_> {
    pub async fn find(&mut self, name: &str) -> Result<Option<Value>, StoreError> {
        optional!(self.tx, Scalar<Value>, "find a setting", "SELECT value FROM setting WHERE name = $1", name)
            .map(|scalar| scalar.map(|Scalar(value)| value))
    }

    pub async fn put(&mut self, name: &str, value: &Value) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "put a setting",
            "INSERT INTO setting (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )
        .map(drop)
    }
}

pub struct ServerKeys<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl ServerKeys<'_> {
    pub async fn find(&mut self, name: &str) -> Result<Option<ServerKey>, StoreError> {
        optional!(self.tx, ServerKey, "find a server key", "SELECT * FROM server_key WHERE name = $1", name)
    }

    pub async fn insert(&mut self, key: &ServerKey) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a server key",
            "INSERT INTO server_key (name, public, sealed, created_at) VALUES ($1, $2, $3, $4)",
            key.name,
            key.public,
            key.sealed,
            key.created_at,
        )
        .map(drop)
    }
}

pub struct TrustStatements<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl TrustStatements<'_> {
    /// Statements above `version`, in order.
    pub async fn after(&mut self, version: u64) -> Result<Vec<StoredTrustStatement>, StoreError> {
        all!(
            self.tx,
            StoredTrustStatement,
            "list trust statements",
            "SELECT * FROM trust_statement WHERE version > $1 ORDER BY version",
            version,
        )
    }

    pub async fn insert(&mut self, statement: &StoredTrustStatement) -> Result<(), StoreError> {
        execute!(
            self.tx,
            "insert a trust statement",
            "INSERT INTO trust_statement (version, envelope, created_at) VALUES ($1, $2, $3)",
            statement.version,
            statement.envelope,
            statement.created_at,
        )
        .map(drop)
    }
}
