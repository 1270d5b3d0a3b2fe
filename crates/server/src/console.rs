//! The console: static files inside the binary. Hashed assets are immutable, pages are asked for anew; every path that
//! is no file is a view of the console, so that each view is a link.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, Uri, header};
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../console/dist"]
#[allow_missing = true]
struct Files;

/// No inline script, nothing from elsewhere, no framing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

pub(crate) async fn file(uri: Uri) -> Response<Body> {
    let path = uri.path().trim_start_matches('/');
    match Files::get(path) {
        Some(file) if path != "index.html" => answer(path, file, is_hashed(path)),
        _ => match Files::get("index.html") {
            Some(file) => answer("index.html", file, false),
            None => missing(),
        },
    }
}

/// Names under `assets/` carry a hash of their content.
fn is_hashed(path: &str) -> bool {
    path.starts_with("assets/")
}

fn answer(path: &str, file: EmbeddedFile, immutable: bool) -> Response<Body> {
    let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(file.metadata.mimetype()).ok();
    headers.insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if path == "index.html" {
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    }
    response
}

fn missing() -> Response<Body> {
    let text =
        "This server was built without its console. Build the console first (`make console`), then the server.\n";
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
