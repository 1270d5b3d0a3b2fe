//! The routes that need no credentials: all of them, each with its reason. A test walks every other route and expects a
//! refusal.

/// Method, path, reason.
pub const PUBLIC: [(&str, &str, &str); 4] = [
    ("GET", "/v1/about", "the sign-in page says which server this is, and whether it has an administrator yet"),
    ("GET", "/health", "load balancers and service managers ask without credentials; it tells nothing but readiness"),
    ("POST", "/v1/setup", "makes the first administrator; the one-time code is its credential"),
    ("POST", "/v1/session", "signing in"),
];

/// True for a route that stands in the list.
pub fn is_public(method: &str, path: &str) -> bool {
    PUBLIC.iter().any(|(known_method, known_path, _)| *known_method == method && *known_path == path)
}
