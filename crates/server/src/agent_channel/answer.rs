//! Answers and refusals of the agent channel.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use fettle_fleet::Refused;
use fettle_model::{Entropy, RequestId};
use fettle_wire::message::refusal::{Refusal, RefusalBody};
use fettle_wire::{Code, WIRE_VERSION};
use jiff::Timestamp;

/// A refusal with what its answer needs beside it.
#[derive(Debug)]
pub(super) struct Answered {
    refused: Box<Refused>,
    request: RequestId,
    retry_after_s: Option<u32>,
}

impl Answered {
    pub(super) fn new(refused: Refused, now: Timestamp, entropy: &dyn Entropy) -> Self {
        let retry_after_s = match refused.code {
            Code::RateLimited => Some(30),
            Code::Busy => Some(5),
            _ => None,
        };
        Self { refused: Box::new(refused), request: RequestId::new(now, entropy), retry_after_s }
    }
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let Self { refused, request, retry_after_s } = self;
        let refused = *refused;
        if let Some(cause) = &refused.cause {
            tracing::error!(%request, error = &**cause as &dyn std::error::Error, "an agent's message could not be taken");
        } else {
            tracing::debug!(%request, code = %refused.code, message = refused.message, "an agent's message was refused");
        }
        let status = StatusCode::from_u16(refused.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let supported = if refused.code == Code::WireVersion { vec![WIRE_VERSION] } else { Vec::new() };
        let body = Refusal {
            error: RefusalBody {
                code: refused.code.name().to_owned(),
                message: refused.message,
                pointer: refused.pointer,
                request_id: Some(request),
                supported,
                restored: refused.restored,
            },
        };
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
