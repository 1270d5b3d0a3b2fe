//! How values are kept in columns: ids as `UUID`/`BLOB`, documents as `JSONB`/`TEXT`, instants as `TIMESTAMPTZ`/`TEXT`,
//! words of an enumeration as text, unsigned numbers as `BIGINT`/`INTEGER`.

mod instant;

use fettle_model::asset::ScanStatus;
use fettle_model::deployment::DeploymentState;
use fettle_model::job::{JobSpecification, JobStatus, Work};
use fettle_model::outcome::{FailureReason, PatchOutcome, SkipReason};
use fettle_model::patch::Patch;
use fettle_model::run::{RunResult, RunState};
use fettle_model::vulnerability::KnownExploited;
use fettle_model::{
    ActivationKeyId, AssetId, AuthorisationId, DeploymentId, DocumentId, DryRunId, EnrolmentId, ExceptionId, JobId,
    OrganisationId, PatchId, RunId, SavedSearchId, ScanId, SessionId, Sha256, TagId, TokenId, UserId,
};
use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde_json::Value;
use sqlx::error::BoxDynError;
use sqlx::types::Json;
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};
use uuid::Uuid;

/// What both databases can keep as it is.
pub(crate) trait Native:
    for<'q> Encode<'q, Sqlite>
    + for<'r> Decode<'r, Sqlite>
    + Type<Sqlite>
    + for<'q> Encode<'q, Postgres>
    + for<'r> Decode<'r, Postgres>
    + Type<Postgres>
    + Send
    + Unpin
    + 'static
{
}

impl<T> Native for T where
    T: for<'q> Encode<'q, Sqlite>
        + for<'r> Decode<'r, Sqlite>
        + Type<Sqlite>
        + for<'q> Encode<'q, Postgres>
        + for<'r> Decode<'r, Postgres>
        + Type<Postgres>
        + Send
        + Unpin
        + 'static
{
}

pub(crate) trait ToColumn {
    type Stored: Native;
    fn stored(&self) -> Self::Stored;
}

pub(crate) trait FromColumn: Sized {
    type Stored: Native;
    fn loaded(stored: Self::Stored) -> Result<Self, BoxDynError>;
}

impl<T: ToColumn> ToColumn for Option<T>
where
    Option<T::Stored>: Native,
{
    type Stored = Option<T::Stored>;
    fn stored(&self) -> Self::Stored {
        self.as_ref().map(ToColumn::stored)
    }
}

impl<T: FromColumn> FromColumn for Option<T>
where
    Option<T::Stored>: Native,
{
    type Stored = Option<T::Stored>;
    fn loaded(stored: Self::Stored) -> Result<Self, BoxDynError> {
        stored.map(T::loaded).transpose()
    }
}

impl<T: ToColumn + ?Sized> ToColumn for &T {
    type Stored = T::Stored;
    fn stored(&self) -> Self::Stored {
        (**self).stored()
    }
}

impl ToColumn for str {
    type Stored = String;
    fn stored(&self) -> String {
        without_nul(self)
    }
}

impl ToColumn for String {
    type Stored = Self;
    fn stored(&self) -> Self {
        without_nul(self)
    }
}

impl FromColumn for String {
    type Stored = Self;
    fn loaded(stored: Self) -> Result<Self, BoxDynError> {
        Ok(stored)
    }
}

/// PostgreSQL keeps no U+0000 in text or documents. What an agent passes on from other programs may hold one, and must
/// not be refused for it for ever: it becomes U+FFFD, on both databases.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

impl ToColumn for Value {
    type Stored = Json<Self>;
    fn stored(&self) -> Json<Self> {
        Json(document_without_nul(self))
    }
}

impl FromColumn for Value {
    type Stored = Json<Self>;
    fn loaded(stored: Json<Self>) -> Result<Self, BoxDynError> {
        Ok(stored.0)
    }
}

fn document_without_nul(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_nul(text)),
        Value::Array(items) => items.iter().map(document_without_nul).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (without_nul(name), document_without_nul(value))).collect()
        }
        other => other.clone(),
    }
}

impl ToColumn for [u8] {
    type Stored = Vec<u8>;
    fn stored(&self) -> Vec<u8> {
        self.to_vec()
    }
}

macro_rules! native {
    ($($type:ty),+) => {$(
        impl ToColumn for $type {
            type Stored = Self;
            fn stored(&self) -> Self {
                self.clone()
            }
        }
        impl FromColumn for $type {
            type Stored = Self;
            fn loaded(stored: Self) -> Result<Self, BoxDynError> {
                Ok(stored)
            }
        }
    )+};
}
native!(Vec<u8>, i64, bool, Uuid);

macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        impl ToColumn for $type {
            type Stored = i64;
            fn stored(&self) -> i64 {
                // Beyond 2^63 no counter, size or duration of Fettle ever comes.
                i64::try_from(*self).unwrap_or(i64::MAX)
            }
        }
        impl FromColumn for $type {
            type Stored = i64;
            fn loaded(stored: i64) -> Result<Self, BoxDynError> {
                Ok(Self::try_from(stored)?)
            }
        }
    )+};
}
whole_numbers!(u64, u32, i32, u8);

macro_rules! ids {
    ($($type:ty),+ $(,)?) => {$(
        impl ToColumn for $type {
            type Stored = Uuid;
            fn stored(&self) -> Uuid {
                self.0
            }
        }
        impl FromColumn for $type {
            type Stored = Uuid;
            fn loaded(stored: Uuid) -> Result<Self, BoxDynError> {
                Ok(Self(stored))
            }
        }
    )+};
}
ids!(
    ActivationKeyId,
    AssetId,
    AuthorisationId,
    DeploymentId,
    DocumentId,
    DryRunId,
    EnrolmentId,
    ExceptionId,
    JobId,
    OrganisationId,
    PatchId,
    RunId,
    SavedSearchId,
    ScanId,
    SessionId,
    TagId,
    TokenId,
    UserId,
);

/// Declares enumerations that are kept by the names that serde gives them.
macro_rules! words {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::column::ToColumn for $type {
            type Stored = String;
            fn stored(&self) -> String {
                $crate::column::word(self)
            }
        }
        impl $crate::column::FromColumn for $type {
            type Stored = String;
            fn loaded(stored: String) -> Result<Self, sqlx::error::BoxDynError> {
                $crate::column::from_word(&stored)
            }
        }
    )+};
}
pub(crate) use words;
words!(ScanStatus, DeploymentState, JobStatus, Work, FailureReason, PatchOutcome, SkipReason, RunResult, RunState);

pub(crate) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => unreachable!("an enumeration without fields is one word"),
    }
}

pub(crate) fn from_word<T: DeserializeOwned>(word: &str) -> Result<T, BoxDynError> {
    let deserializer: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
    Ok(T::deserialize(deserializer)?)
}

/// Declares types that are kept as JSON documents.
macro_rules! documents {
    ($($type:ty),+ $(,)?) => {$(
        impl ToColumn for $type {
            type Stored = Json<Self>;
            fn stored(&self) -> Json<Self> {
                Json(self.clone())
            }
        }
        impl $crate::column::FromColumn for $type {
            type Stored = sqlx::types::Json<Self>;
            fn loaded(stored: Json<Self>) -> Result<Self, BoxDynError> {
                Ok(stored.0)
            }
        }
    )+};
}
documents!(JobSpecification, KnownExploited, Patch, Vec<AssetId>, Vec<String>, Vec<PatchId>, Vec<TagId>);

impl ToColumn for Sha256 {
    type Stored = Vec<u8>;
    fn stored(&self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl FromColumn for Sha256 {
    type Stored = Vec<u8>;
    fn loaded(stored: Vec<u8>) -> Result<Self, BoxDynError> {
        Ok(Self(<[u8; 32]>::loaded(stored)?))
    }
}

impl<const N: usize> ToColumn for [u8; N] {
    type Stored = Vec<u8>;
    fn stored(&self) -> Vec<u8> {
        self.to_vec()
    }
}

impl<const N: usize> FromColumn for [u8; N] {
    type Stored = Vec<u8>;
    fn loaded(stored: Vec<u8>) -> Result<Self, BoxDynError> {
        stored.try_into().map_err(|bytes: Vec<u8>| format!("{} bytes instead of {N}", bytes.len()).into())
    }
}

/// Reads column `name` of a row of either database.
pub(crate) fn column<'r, R, T>(row: &'r R, name: &'static str) -> Result<T, sqlx::Error>
where
    R: sqlx::Row,
    &'static str: sqlx::ColumnIndex<R>,
    T: FromColumn,
    T::Stored: Decode<'r, R::Database> + Type<R::Database>,
{
    let stored: T::Stored = row.try_get(name)?;
    T::loaded(stored).map_err(|source| sqlx::Error::ColumnDecode { index: name.to_owned(), source })
}
