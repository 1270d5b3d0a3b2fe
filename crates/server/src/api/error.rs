//! The one shape of an error (`access.md` 9): `{"error":{"code","message","field"?,"requestId"}}`;
//! a query that does not hold has its `errors`. Unknown errors are
//! logged once and become a bare 500.

use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fettle_fleet::access::AccessError;
use fettle_fleet::access::password::WeakPassword;
use fettle_fleet::decisions::DecisionError;
use fettle_fleet::entropy::SystemEntropy;
use fettle_fleet::jobs::JobError;
use fettle_fleet::searches::SearchError;
use fettle_fleet::tags::TagError;
use fettle_index::tags::TagFault;
use fettle_model::{Clock as _, RequestId, SystemClock};
use fettle_qql::{Invalid, QueryError};
use fettle_store::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<Box<str>>,
    retry_after_s: Option<u64>,
    progress: Option<u8>,
    /// Of a query.
    errors: Box<[QueryError]>,
    /// What a program needs beside the message.
    details: Option<Box<serde_json::Value>>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            field: None,
            retry_after_s: None,
            progress: None,
            errors: Box::default(),
            details: None,
            cause: None,
        }
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into().into_boxed_str());
        self
    }

    #[must_use]
    pub fn details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    pub fn invalid_field(field: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_FIELD", message).field(field)
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("there is no such {what}"))
    }

    pub fn unauthenticated(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
    }

    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "something went wrong in the server");
        error.cause = Some(cause.into());
        error
    }

    /// A query that does not hold, with each error and its place in the text (`qql.md` 5).
    pub fn invalid_query(invalid: Invalid) -> Self {
        let mut error = Self::new(StatusCode::BAD_REQUEST, "QQL_INVALID", invalid.message());
        error.field = Some(invalid.field.into());
        error.errors = invalid.errors.into();
        error
    }

    pub fn query_timeout(limit: Duration) -> Self {
        let message = format!("the query took longer than {} s", limit.as_secs());
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "QQL_TIMEOUT", message).field("query")
    }

    pub fn index_starting(percent: usize) -> Self {
        let message = format!("the server is loading its index: {percent} %");
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "INDEX_STARTING", message);
        error.progress = Some(u8::try_from(percent).unwrap_or(100));
        error.retry_after_s = Some(1);
        error
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<u8>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: Box<[QueryError]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Box<serde_json::Value>>,
    request_id: RequestId,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let request_id = RequestId::new(SystemClock.now(), &SystemEntropy);
        if let Some(cause) = &self.cause {
            tracing::error!(%request_id, error = &**cause as &dyn std::error::Error, "a request failed");
        }
        let Self { status, code, message, field, progress, errors, details, retry_after_s, .. } = self;
        let body = Body { code, message, field, progress, errors, details, request_id };
        let mut response = (status, Json(serde_json::json!({ "error": body }))).into_response();
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::internal(error)
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        let message = error.to_string();
        match error {
            AccessError::Unauthenticated => Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message),
            AccessError::SessionExpired => Self::new(StatusCode::UNAUTHORIZED, "SESSION_EXPIRED", message),
            AccessError::Wait { seconds } => {
                let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", message);
                error.retry_after_s = Some(seconds);
                error
            }
            AccessError::SetupCode => Self::new(StatusCode::FORBIDDEN, "SETUP_CODE_INVALID", message),
            AccessError::SetupDone => Self::new(StatusCode::CONFLICT, "SETUP_DONE", message),
            AccessError::Weak(WeakPassword::Length | WeakPassword::Guessable(_) | WeakPassword::Personal) => {
                Self::new(StatusCode::BAD_REQUEST, "PASSWORD_WEAK", message).field("password")
            }
            AccessError::Field { field, message } => Self::invalid_field(field, message),
            AccessError::TooManyTokens => Self::new(StatusCode::CONFLICT, "TOO_MANY_TOKENS", message),
            AccessError::Store(error) => Self::internal(error),
            AccessError::Estimate(error) => Self::internal(error),
        }
    }
}

impl From<DecisionError> for ApiError {
    fn from(error: DecisionError) -> Self {
        let message = error.to_string();
        match error {
            DecisionError::NotFound(what) => Self::not_found(what),
            DecisionError::Field { field, message } => Self::invalid_field(field, message),
            DecisionError::State { .. } => Self::new(StatusCode::CONFLICT, "EXCEPTION_STATE", message),
            DecisionError::Query(invalid) => Self::invalid_query(*invalid),
            DecisionError::TookTooLong => {
                Self::new(StatusCode::BAD_REQUEST, "QQL_TIMEOUT", message).field("patchQuery")
            }
            DecisionError::Store(error) => Self::internal(error),
        }
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> Self {
        let message = error.to_string();
        match error {
            SearchError::NotFound => Self::not_found("saved search"),
            SearchError::NotOwner => Self::new(StatusCode::FORBIDDEN, "NOT_OWNER", message),
            SearchError::NameTaken => Self::new(StatusCode::CONFLICT, "NAME_TAKEN", message).field("name"),
            SearchError::TooMany => Self::new(StatusCode::CONFLICT, "TOO_MANY_SEARCHES", message),
            SearchError::Field { field, message } => Self::invalid_field(field, message),
            SearchError::Query(invalid) => Self::invalid_query(invalid),
            SearchError::Store(error) => Self::internal(error),
        }
    }
}

impl From<TagError> for ApiError {
    fn from(error: TagError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        let bad = |field: &'static str| Self::new(StatusCode::BAD_REQUEST, code, message.clone()).field(field);
        let conflict = || Self::new(StatusCode::CONFLICT, code, message.clone());
        match error {
            TagError::NotFound(what) => Self::not_found(what),
            TagError::Field { field, message } => Self::invalid_field(field, message),
            TagError::NameTaken => conflict().field("name"),
            TagError::Rule(invalid) => Self::invalid_query(*invalid),
            TagError::Fault(TagFault::NoParent | TagFault::TooDeep) => bad("parent"),
            TagError::Fault(TagFault::ParentLoop(path)) => bad("parent").details(json!({ "path": path })),
            TagError::Fault(TagFault::Cycle(path) | TagFault::RulesTooDeep(path)) => {
                bad("rule").details(json!({ "path": path }))
            }
            TagError::PinConflict(_) => bad("pinnedOut"),
            TagError::Timeout => bad("rule"),
            TagError::Changed | TagError::TooMany { .. } | TagError::Excepted(_) => conflict(),
            TagError::InUse(users) => {
                let users: Vec<_> = users.iter().map(|(id, path)| json!({ "id": id, "path": path })).collect();
                conflict().details(json!({ "users": users }))
            }
            TagError::BigChange(changes) => conflict().field("confirm").details(json!({
                "members": changes.before,
                "joining": changes.joining,
                "leaving": changes.leaving,
                "confirm": changes.joining + changes.leaving,
            })),
            TagError::Store(error) => Self::internal(error),
            TagError::Ask(_) => Self::internal(error),
        }
    }
}

impl From<JobError> for ApiError {
    fn from(error: JobError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            JobError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, code, message),
            JobError::Field { field, message } => Self::invalid_field(field, message),
            JobError::TooManyAssets { .. } => {
                let advice = format!("{message}; choose fewer, or make several jobs");
                Self::new(StatusCode::BAD_REQUEST, code, advice).field("assets")
            }
            JobError::NotDeployable(_)
            | JobError::Withdrawn(_)
            | JobError::Partial(_)
            | JobError::Locked
            | JobError::RunOver => Self::new(StatusCode::CONFLICT, code, message),
            JobError::Store(error) => Self::internal(error),
        }
    }
}

/// A JSON body whose errors are ours: an unknown or missing field is named.
#[derive(Debug)]
pub struct Input<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let body = axum::body::Bytes::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.into_response().status();
            let code = if status == StatusCode::PAYLOAD_TOO_LARGE { "BODY_TOO_LARGE" } else { "INVALID_FIELD" };
            ApiError::new(status, code, "the body could not be read")
        })?;
        let mut reader = serde_json::Deserializer::from_slice(&body);
        serde_path_to_error::deserialize(&mut reader).map(Self).map_err(|error| {
            let path = error.path().to_string();
            let text = error.inner().to_string();
            let named = text.split('`').nth(1).map(str::to_owned);
            let (code, field) = if text.starts_with("unknown field") {
                ("UNKNOWN_FIELD", named)
            } else if text.starts_with("missing field") {
                ("MISSING_FIELD", named)
            } else {
                ("INVALID_FIELD", (path != ".").then_some(path))
            };
            let error = ApiError::new(StatusCode::BAD_REQUEST, code, text);
            match field {
                Some(field) => error.field(field),
                None => error,
            }
        })
    }
}

/// Query parameters whose errors are ours.
#[derive(Debug)]
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let parsed = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let message = |text: String| ApiError::new(StatusCode::BAD_REQUEST, "INVALID_FIELD", text);
        parsed.map(|query| Self(query.0)).map_err(|rejection| message(rejection.body_text()))
    }
}

/// An id in the path; one that is none is the same as one that is not there.
#[derive(Debug)]
pub struct Id<T>(pub T);

impl<T: std::str::FromStr + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = axum::extract::Path::<String>::from_request_parts(parts, state).await;
        path.ok().and_then(|text| text.parse().ok()).map(Self).ok_or_else(|| ApiError::not_found("object"))
    }
}

pub(super) async fn no_such_route() -> ApiError {
    ApiError::not_found("route")
}
