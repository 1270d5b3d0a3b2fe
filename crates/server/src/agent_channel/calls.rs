//! The calls themselves: each reads, authenticates, hands on to `fleet`, and answers.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fettle_fleet::Refused;
use fettle_fleet::agents::Agent;
use fettle_model::Sha256;
use fettle_wire::message::check_in::{CheckInAnswer, Next};
use fettle_wire::message::dry_run::DryRunAnswer;
use fettle_wire::message::{EnrolAnswer, EventsAnswer, GoodbyeAnswer, LogsAnswer, RenewAnswer, ReportAnswer};
use fettle_wire::{Code, limit};
use serde::Deserialize;

use super::Peer;
use super::answer::Answered;
use super::body::read;
use super::limits::Call;
use crate::state::AppState;

type Answer<T> = Result<Json<T>, Answered>;
type App = State<Arc<AppState>>;

/// Seconds over which agents come back when a server stops.
const RETURN_S: u32 = 10;

impl AppState {
    fn answered<T>(&self, result: Result<T, Refused>) -> Result<T, Answered> {
        result.map_err(|refused| Answered::new(refused, self.fleet.clock.now(), self.fleet.entropy.as_ref()))
    }

    async fn authenticated(&self, peer: &Peer, call: Call) -> Result<Arc<Agent>, Refused> {
        let agent = self.fleet.authenticate(peer.identity.as_ref())?;
        self.limits.check(call, agent.asset)?;
        if let Some(identity) = &peer.identity {
            self.fleet.note_use(&agent, identity).await?;
        }
        Ok(agent)
    }

    /// What changes the index waits until it is loaded.
    fn ready(&self) -> Result<(), Refused> {
        let loading = &self.fleet.loading;
        if loading.is_ready() {
            return Ok(());
        }
        Err(Refused::new(Code::Busy, format!("the server is starting: {} %", loading.percent())))
    }
}

pub(super) async fn enrol(State(app): App, headers: HeaderMap, body: Body) -> Answer<EnrolAnswer> {
    let enrolled = async {
        app.ready()?;
        let enrol = read(&headers, body, limit::ENROL, "enrol", &app.limits.unknown_fields).await?;
        let fleet = Arc::clone(&app.fleet);
        whole(&app, async move { fleet.enrol(enrol).await }).await
    };
    app.answered(enrolled.await).map(Json)
}

pub(super) async fn renew(
    State(app): App,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer<RenewAnswer> {
    let renewed = async {
        let renew = read(&headers, body, limit::ENROL, "renew", &app.limits.unknown_fields).await?;
        let fleet = Arc::clone(&app.fleet);
        whole(&app, async move { fleet.renew(peer.identity.as_ref(), renew).await }).await
    };
    app.answered(renewed.await).map(Json)
}

pub(super) async fn check_in(
    State(app): App,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer<CheckInAnswer> {
    let answered = async {
        let agent = app.authenticated(&peer, Call::CheckIn).await?;
        let check_in = read(&headers, body, limit::CHECK_IN, "check-in", &app.limits.unknown_fields).await?;
        let stopping = async {
            app.stopping.cancelled().await;
            let next = Next { after_s: 1, spread_s: RETURN_S };
            Ok(CheckInAnswer::nothing_new(app.fleet.clock.now(), next))
        };
        tokio::select! {
            answer = app.fleet.check_in(&agent, check_in, Some(peer.address)) => answer,
            answer = stopping => answer,
        }
    };
    app.answered(answered.await).map(Json)
}

pub(super) async fn goodbye(
    State(app): App,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer<GoodbyeAnswer> {
    let taken = async {
        let agent = app.fleet.authenticate_for_goodbye(peer.identity.as_ref())?;
        app.limits.check(Call::CheckIn, agent.asset)?;
        app.ready()?;
        let goodbye = read(&headers, body, limit::CHECK_IN, "goodbye", &app.limits.unknown_fields).await?;
        let fleet = Arc::clone(&app.fleet);
        whole(&app, async move { fleet.goodbye(&agent, &goodbye).await }).await
    };
    app.answered(taken.await).map(Json)
}

pub(super) async fn report(
    State(app): App,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer<ReportAnswer> {
    let taken = async {
        let agent = app.authenticated(&peer, Call::Report).await?;
        app.ready()?;
        let report = read(&headers, body, limit::REPORT, "report", &app.limits.unknown_fields).await?;
        let (fleet, token) = (Arc::clone(&app.fleet), shown_token(&headers));
        whole(&app, async move { fleet.report(&agent, token.as_deref(), report).await }).await
    };
    app.answered(taken.await).map(Json)
}

pub(super) async fn events(
    State(app): App,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer<EventsAnswer> {
    let taken = async {
        let agent = app.authenticated(&peer, Call::Events).await?;
        app.ready()?;
        let events = read(&headers, body, limit::EVENTS, "events", &app.limits.unknown_fields).await?;
        let (fleet, token) = (Arc::clone(&app.fleet), shown_token(&headers));
        whole(&app, async move { fleet.events(&agent, token.as_deref(), events).await }).await
    };
    app.answered(taken.await).map(Json)
}

/// Reports, events and logs carry no token themselves: it stands in a header, so that agents of either kind are understood.
fn shown_token(headers: &HeaderMap) -> Option<String> {
    // What is no text is no token of ours; it is judged as one that was never given.
    headers.get(limit::TOKEN_HEADER).map(|token| token.to_str().unwrap_or_default().to_owned())
}

/// Does what commits something to its end, as a task of its own: an agent that goes away must not end it between the
/// commit and what memory and index take from it.
async fn whole<T: Send + 'static>(
    app: &AppState,
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    app.tasks.spawn(work).await.unwrap_or_else(|ended| Err(Refused::internal(ended)))
}

pub(super) async fn logs(
    State(app): App,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer<LogsAnswer> {
    let taken = async {
        let agent = app.authenticated(&peer, Call::Events).await?;
        let chunk = read(&headers, body, limit::LOGS, "logs", &app.limits.unknown_fields).await?;
        let (fleet, token) = (Arc::clone(&app.fleet), shown_token(&headers));
        whole(&app, async move { fleet.log(&agent, token.as_deref(), chunk).await }).await
    };
    app.answered(taken.await).map(Json)
}

pub(super) async fn dry_run(
    State(app): App,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Answer<DryRunAnswer> {
    let taken = async {
        let agent = app.authenticated(&peer, Call::Events).await?;
        let report = read(&headers, body, limit::EVENTS, "dry-run", &app.limits.unknown_fields).await?;
        app.fleet.dry_run_report(&agent, report).await
    };
    app.answered(taken.await).map(Json)
}

#[derive(Debug, Deserialize)]
pub(super) struct Have {
    #[serde(default)]
    have: u64,
}

/// Base64 of the trust statements above version `have`, in order.
pub(super) async fn trust(
    State(app): App,
    Extension(peer): Extension<Peer>,
    Query(have): Query<Have>,
) -> Answer<Vec<String>> {
    app.answered(app.authenticated(&peer, Call::Events).await)?;
    let have = usize::try_from(have.have).unwrap_or(usize::MAX);
    let statements = app.fleet.keys.trust.iter().skip(have).map(|envelope| STANDARD.encode(envelope.bytes()));
    Ok(Json(statements.collect()))
}

/// An authorisation's envelope, as it was signed.
pub(super) async fn authorisation(
    State(app): App,
    Extension(peer): Extension<Peer>,
    Path(hash): Path<String>,
) -> Result<Response, Answered> {
    let found = async {
        app.authenticated(&peer, Call::Events).await?;
        let unknown = || Refused::new(Code::NotFound, "no authorisation has this hash");
        let hash = hash.parse().or_else(|_| Sha256::from_hex(&hash)).map_err(|_| unknown())?;
        let stored = app.fleet.database.read().await?.authorisations().find(hash).await?;
        stored.ok_or_else(unknown)
    };
    let stored = app.answered(found.await)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], stored.envelope).into_response())
}

pub(super) async fn unknown_version(State(app): App, Path((version, call)): Path<(String, String)>) -> Answered {
    let refused = if version == "v1" {
        Refused::new(Code::NotFound, format!("there is no call `{call}`"))
    } else {
        Refused::new(Code::WireVersion, format!("version `{version}` of the wire is not spoken here"))
    };
    Answered::new(refused, app.fleet.clock.now(), app.fleet.entropy.as_ref())
}

pub(super) async fn not_found(State(app): App) -> Answered {
    let refused = Refused::new(Code::NotFound, "agents call below /agent/v1/");
    Answered::new(refused, app.fleet.clock.now(), app.fleet.entropy.as_ref())
}
