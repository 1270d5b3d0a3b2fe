//! The operator API under `/v1`: one file per resource and verb. Handlers and their description are registered
//! together; the document is locked by a test.

#![expect(unused_qualifications, reason = "utoipa's macros write the paths of parameter types in full")]

pub mod about;
pub mod access;
pub mod ask;
pub mod assets;
pub mod audit;
mod auth;
pub mod catalogue;
mod error;
pub mod exceptions;
pub mod export;
mod fields;
pub mod jobs;
mod list;
mod narrowed;
pub mod overview;
pub mod patches;
pub mod public;
pub mod qql;
mod query;
mod related_assets;
pub mod searches;
pub mod tags;
pub mod turns;
pub mod vulnerabilities;
mod whole;

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::console;
use crate::state::AppState;

pub use auth::Caller;
pub use error::ApiError;

/// Bodies of the operator API: a job with 5,000 assets and 2,000 patches fits.
const MAX_BODY: usize = 1 << 20;

#[derive(OpenApi)]
#[openapi(info(
    title = "Fettle operator API",
    description = "What the console and the command line use. Sign in with a session cookie or `Authorization: Bearer` and an API token."
))]
struct Document;

fn routes() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(about::about))
        .routes(routes!(about::health))
        .routes(routes!(access::setup::set_up))
        .routes(routes!(access::session::begin, access::session::show, access::session::end))
        .routes(routes!(access::tokens::list, access::tokens::create))
        .routes(routes!(access::tokens::revoke))
        .routes(routes!(access::activation_keys::list, access::activation_keys::create))
        .routes(routes!(access::activation_keys::change, access::activation_keys::delete))
        .routes(routes!(overview::overview))
        .routes(routes!(assets::list::list))
        .routes(routes!(assets::show::show, assets::retire::retire))
        .routes(routes!(assets::software::software))
        .routes(routes!(assets::patches::patches))
        .routes(routes!(assets::explain::explain))
        .routes(routes!(assets::deployments::deployments))
        .routes(routes!(assets::scan::scan))
        .routes(routes!(patches::list::list, patches::decide::decide))
        .routes(routes!(patches::show::show))
        .routes(routes!(patches::assets::assets))
        .routes(routes!(exceptions::list::list, exceptions::create::create))
        .routes(routes!(exceptions::decide::decide))
        .routes(routes!(exceptions::preview::preview))
        .routes(routes!(vulnerabilities::list::list))
        .routes(routes!(vulnerabilities::show::show))
        .routes(routes!(jobs::list::list, jobs::create::create))
        .routes(routes!(jobs::show::show, jobs::delete::delete))
        .routes(routes!(jobs::enable::enable))
        .routes(routes!(jobs::clone::clone))
        .routes(routes!(jobs::dry_run::of_draft))
        .routes(routes!(jobs::dry_run::of_job))
        .routes(routes!(jobs::dry_run::show))
        .routes(routes!(jobs::run::show))
        .routes(routes!(jobs::run::cancel))
        .routes(routes!(jobs::run::deployments))
        .routes(routes!(jobs::deployments::list))
        .routes(routes!(jobs::deployment::show))
        .routes(routes!(tags::list::list, tags::create::create))
        .routes(routes!(tags::preview::preview))
        .routes(routes!(tags::show::show, tags::edit::edit, tags::delete::delete))
        .routes(routes!(tags::members::members))
        .routes(routes!(tags::pins::pin))
        .routes(routes!(audit::list::list))
        .routes(routes!(qql::complete::complete))
        .routes(routes!(qql::explain::explain))
        .routes(routes!(qql::tokens::tokens))
        .routes(routes!(ask::assets))
        .routes(routes!(ask::patches))
        .routes(routes!(ask::vulnerabilities))
        .routes(routes!(ask::components))
        .routes(routes!(searches::list::list, searches::create::create))
        .routes(routes!(searches::show::show, searches::replace::replace, searches::delete::delete))
        .routes(routes!(searches::default::set, searches::default::unset))
        .routes(routes!(export::export))
        .routes(routes!(catalogue::documents::list))
        .routes(routes!(catalogue::feeds::list))
        .routes(routes!(catalogue::feeds::sync))
        .routes(routes!(about::document))
}

/// Routes whose bodies are files. Each bounds what it takes by itself.
fn uploads() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new().routes(routes!(catalogue::import::import))
}

/// The description of every route, as JSON.
pub fn document() -> utoipa::openapi::OpenApi {
    routes().merge(uploads()).split_for_parts().1
}

/// The API and the console.
pub fn router(state: Arc<AppState>) -> Router {
    let (api, _) = routes().split_for_parts();
    let (uploads, _) = uploads().split_for_parts();
    let api = api.layer(middleware::from_fn_with_state(Arc::clone(&state.turns), turns::in_turn));
    // An upload is received before it begins to change anything, and sees to the rest itself.
    let api = api.layer(middleware::from_fn_with_state(Arc::clone(&state), whole::whole));
    let all = api.layer(RequestBodyLimitLayer::new(MAX_BODY)).merge(uploads);
    let guarded = all.layer(middleware::from_fn_with_state(Arc::clone(&state), auth::guard));
    let no_store = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let no_sniff = SetResponseHeaderLayer::overriding(
        HeaderName::from_static("x-content-type-options"),
        HeaderValue::from_static("nosniff"),
    );
    guarded
        .layer(no_store)
        .layer(no_sniff)
        .route("/v1/{*path}", axum::routing::any(error::no_such_route))
        .fallback(console::file)
        .layer(CompressionLayer::new())
        .with_state(state)
}
