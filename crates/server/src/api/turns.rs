//! Queries that run at once (`qql.md` 2): of one user four, and a fifth waits until one of them ends.

use std::sync::{Arc, Mutex, Weak};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use fettle_model::UserId;
use rustc_hash::FxHashMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::auth::Caller;

/// Queries of one user that run at once.
const AT_ONCE: usize = 4;

/// What takes a turn: everything that evaluates QQL. A completion, which ends within a tenth of a second, does not.
const ASKING: &[(&str, &str)] = &[
    ("GET", "/v1/assets"),
    ("GET", "/v1/patches"),
    ("GET", "/v1/vulnerabilities"),
    ("GET", "/v1/audit"),
    ("GET", "/v1/deployments"),
    ("GET", "/v1/runs/{id}/deployments"),
    ("GET", "/v1/query/assets"),
    ("GET", "/v1/query/patches"),
    ("GET", "/v1/query/vulnerabilities"),
    ("GET", "/v1/query/components"),
    ("GET", "/v1/query/{entity}/export"),
    ("POST", "/v1/qql/explain"),
    ("POST", "/v1/exceptions/preview"),
];

const POISONED: &str = "no holder of the turns panics";

/// Users whose queries run, or wait.
#[derive(Debug, Default)]
pub struct Turns(Mutex<FxHashMap<UserId, Weak<Semaphore>>>);

/// The right to run one query, until the last copy of it is dropped.
#[derive(Debug, Clone)]
pub struct Turn(#[expect(dead_code, reason = "it is held, not looked at")] Arc<OwnedSemaphorePermit>);

tokio::task_local! {
    static CURRENT: Turn;
}

impl Turn {
    /// Of the request that is answered: what goes on after its handler (a query on a thread of its own, an export that is
    /// being sent) keeps it. None: the route takes no turn.
    pub(super) fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }
}

impl Turns {
    /// Waits until fewer than four of the user run.
    pub async fn take(&self, user: UserId) -> Turn {
        let permit = self.of(user).acquire_owned().await.expect("turns are never closed");
        Turn(Arc::new(permit))
    }

    fn of(&self, user: UserId) -> Arc<Semaphore> {
        let mut all = self.0.lock().expect(POISONED);
        if let Some(known) = all.get(&user).and_then(Weak::upgrade) {
            return known;
        }
        all.retain(|_, turns| turns.strong_count() > 0);
        let new = Arc::new(Semaphore::new(AT_ONCE));
        all.insert(user, Arc::downgrade(&new));
        new
    }
}

/// Lets what asks wait for its turn.
pub(super) async fn in_turn(
    State(turns): State<Arc<Turns>>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let path = matched.as_ref().map_or("", MatchedPath::as_str);
    let user = request.extensions().get::<Caller>().map(|caller| caller.user.id);
    match user.filter(|_| ASKING.contains(&(request.method().as_str(), path))) {
        Some(user) => {
            let turn = turns.take(user).await;
            CURRENT.scope(turn, next.run(request)).await
        }
        None => next.run(request).await,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;
    use crate::api::ask::blocking;

    #[test]
    fn a_fifth_waits_for_one_of_four() {
        let turns = Turns::default();
        let (ada, ben) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let mut running: Vec<Turn> = (0..4).map(|_| turns.take(ada).now_or_never().expect("a free turn")).collect();
        let mut fifth = Box::pin(turns.take(ada));
        assert!(fifth.as_mut().now_or_never().is_none());
        assert!(turns.take(ben).now_or_never().is_some(), "another user's queries run");
        let copy = running[0].clone();
        running.remove(0);
        assert!(fifth.as_mut().now_or_never().is_none(), "it goes on elsewhere");
        drop(copy);
        assert!(fifth.now_or_never().is_some());
        drop(running);
        assert!(turns.take(ben).now_or_never().is_some());
        let all = turns.0.lock().expect("the turns");
        assert!(all.get(&ada).is_none_or(|turns| turns.strong_count() == 0));
    }

    /// A client that goes away ends the handler, and not the query on its thread.
    #[tokio::test]
    async fn a_query_keeps_its_turn_until_it_ends() {
        let turns = Turns::default();
        let user = UserId(Uuid::from_u128(1));
        let (end, wait) = std::sync::mpsc::channel::<()>();
        let turn = turns.take(user).await;
        let handler = CURRENT.scope(turn, blocking(move || wait.recv().is_ok()));
        let mut handler = Box::pin(handler);
        assert!(handler.as_mut().now_or_never().is_none());
        drop(handler);
        let others: Vec<Turn> = (0..3).map(|_| turns.take(user).now_or_never().expect("a free turn")).collect();
        let fourth = turns.take(user);
        let mut fourth = Box::pin(fourth);
        assert!(fourth.as_mut().now_or_never().is_none(), "four run");
        end.send(()).expect("the query waits");
        fourth.await;
        drop(others);
    }

    #[test]
    fn every_list_with_a_query_takes_turns() {
        let document = serde_json::to_value(crate::api::document()).expect("JSON");
        let paths = document["paths"].as_object().expect("paths");
        for (path, operations) in paths {
            let parameters = operations["get"]["parameters"].as_array();
            let mut parameters = parameters.into_iter().flatten();
            let takes_query = parameters.any(|one| one["name"] == "query" && one["in"] == "query");
            assert!(!takes_query || ASKING.contains(&("GET", path.as_str())), "{path}");
        }
        for (method, path) in ASKING {
            assert!(paths[*path][method.to_lowercase()].is_object(), "{method} {path}");
        }
    }
}
