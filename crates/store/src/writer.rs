//! Group commit: one writer takes all waiting changes into one transaction, commits once, and answers all.
//!
//! The writer has a thread and a runtime of its own, so that a change is an ordinary `async` closure that need not be
//! `Send`. The first change of a group runs in the bare transaction, each further one in a savepoint: a change that
//! fails takes back only what it did itself. (If the first fails, the whole transaction is rolled back and begun anew:
//! nothing else is in it yet. A lone change, the usual case on a quiet server, so needs no savepoint.)
//!
//! A change must not wait for anything but its own statements: all others wait for it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::database::Pool;
use crate::error::{StoreError, WriteError};
use crate::feed::FeedCursor;
use crate::tx::Tx;

/// Most changes in one transaction.
const MAX_GROUP: usize = 256;
/// After this time a group takes no further change: those that wait for the commit shall not wait long.
const MAX_GROUP_TIME: Duration = Duration::from_millis(25);

/// Begins the second change of a group. The commit ends whichever savepoint is open.
const FIRST_SAVEPOINT: &str = "SAVEPOINT change";
/// Ends a change, kept or taken back, and begins the next: one statement for both.
const NEXT_SAVEPOINT: &str = "RELEASE SAVEPOINT change; SAVEPOINT change";

/// The closure's value, and, where it told the feed something, where the feed ended with its transaction: a read that
/// carries this position sees the change.
#[derive(Debug)]
pub struct Committed<T> {
    pub value: T,
    pub position: Option<FeedCursor>,
}

/// What a change did within the transaction; told to its caller once the commit is known.
trait Outcome {
    fn is_kept(&self) -> bool;
    fn answer(self: Box<Self>, end: End);
}

/// How the transaction of a change ended.
#[derive(Debug, Clone, Copy)]
enum End {
    /// With the newest row of the feed that it appended.
    Committed(Option<FeedCursor>),
    NotCommitted,
}

/// What the writer does with one change.
type Work = Box<dyn for<'t> FnOnce(&'t mut Tx) -> LocalBoxFuture<'t, Box<dyn Outcome>> + Send>;

struct Ran<T, E> {
    result: Result<T, E>,
    has_told_feed: bool,
    reply: oneshot::Sender<Result<Committed<T>, WriteError<E>>>,
}

impl<T, E> Outcome for Ran<T, E> {
    fn is_kept(&self) -> bool {
        self.result.is_ok()
    }

    fn answer(self: Box<Self>, end: End) {
        let Self { result, has_told_feed, reply } = *self;
        let answer = match (result, end) {
            (Ok(value), End::Committed(position)) => {
                Ok(Committed { value, position: position.filter(|_| has_told_feed) })
            }
            (Ok(_), End::NotCommitted) => Err(WriteError::Store(StoreError::NotCommitted)),
            (Err(error), _) => Err(WriteError::Refused(error)),
        };
        // Who asked may have gone meanwhile; the change is in all the same.
        let _ = reply.send(answer);
    }
}

/// The way to the writer; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct WriterHandle(mpsc::Sender<Work>);

impl WriterHandle {
    pub(crate) async fn write<T, E, F>(&self, change: F) -> Result<Committed<T>, WriteError<E>>
    where
        F: AsyncFnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let work: Work = Box::new(move |tx| {
            Box::pin(async move {
                let before = tx.changes();
                let result = change(tx).await;
                let has_told_feed = tx.changes() > before;
                Box::new(Ran { result, has_told_feed, reply }) as Box<dyn Outcome>
            })
        });
        self.0.send(work).await.map_err(|_| WriteError::Store(StoreError::Closed))?;
        answer.await.map_err(|_| WriteError::Store(StoreError::NotCommitted))?
    }
}

/// The writer's side of the channel.
pub(crate) struct Inbox(mpsc::Receiver<Work>);

pub(crate) fn channel() -> (WriterHandle, Inbox) {
    let (sender, receiver) = mpsc::channel(MAX_GROUP * 4);
    (WriterHandle(sender), Inbox(receiver))
}

/// Takes changes until `stop` is notified or every handle is dropped; what waits by then is still done and answered.
pub(crate) async fn run(pool: Pool, mut inbox: Inbox, stop: Arc<Notify>) {
    loop {
        let first = tokio::select! {
            biased;
            work = inbox.0.recv() => work,
            () = stop.notified() => {
                inbox.0.close();
                continue;
            }
        };
        let Some(first) = first else { break };
        if let Err(error) = group(&pool, first, &mut inbox.0).await {
            // The changes were dropped unanswered, which tells their callers that nothing was kept.
            tracing::error!(error = &error as &dyn std::error::Error, "a transaction could not be run");
        }
    }
    pool.close().await;
}

async fn group(pool: &Pool, first: Work, waiting: &mut mpsc::Receiver<Work>) -> Result<(), StoreError> {
    let mut tx = pool.acquire().await?;
    let done = transact(&mut tx, first, waiting).await;
    if done.is_err() {
        // It may be inside a transaction still.
        tx.close_on_drop();
    }
    done
}

async fn transact(tx: &mut Tx, first: Work, waiting: &mut mpsc::Receiver<Work>) -> Result<(), StoreError> {
    let begun = Instant::now();
    let begin = if tx.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" };
    let mut kept: Vec<Box<dyn Outcome>> = Vec::new();
    let mut next = Some(first);
    let mut boundary = begin;
    while let Some(work) = next.take() {
        tx.control(boundary).await?;
        let (is_first, changes) = (kept.is_empty(), tx.changes());
        let outcome = Box::pin(attempt(tx, work)).await;
        if kept.len() < MAX_GROUP && begun.elapsed() < MAX_GROUP_TIME {
            next = waiting.try_recv().ok();
        }
        match outcome {
            Attempt::Kept(outcome) => {
                boundary = if is_first { FIRST_SAVEPOINT } else { NEXT_SAVEPOINT };
                kept.push(outcome);
            }
            Attempt::Failed(outcome) => {
                tx.control(if is_first { "ROLLBACK" } else { "ROLLBACK TO SAVEPOINT change" }).await?;
                tx.forget_changes(changes);
                boundary = if is_first { begin } else { NEXT_SAVEPOINT };
                if let Some(outcome) = outcome {
                    outcome.answer(End::Committed(None));
                }
            }
        }
    }
    if kept.is_empty() { Ok(()) } else { commit(tx, kept).await }
}

enum Attempt {
    Kept(Box<dyn Outcome>),
    /// Without an outcome where the change panicked.
    Failed(Option<Box<dyn Outcome>>),
}

/// A change that panics fails like any other; its caller is told that nothing was kept.
async fn attempt(tx: &mut Tx, work: Work) -> Attempt {
    match AssertUnwindSafe(work(tx)).catch_unwind().await {
        Ok(outcome) if outcome.is_kept() => Attempt::Kept(outcome),
        Ok(outcome) => Attempt::Failed(Some(outcome)),
        Err(_) => {
            tracing::error!("a change panicked");
            Attempt::Failed(None)
        }
    }
}

async fn commit(tx: &mut Tx, kept: Vec<Box<dyn Outcome>>) -> Result<(), StoreError> {
    let committed = match tx.feed().flush().await {
        Ok(position) => tx.control("COMMIT").await.map(|()| position),
        Err(error) => Err(error),
    };
    let end = committed.as_ref().map_or(End::NotCommitted, |position| End::Committed(*position));
    for outcome in kept {
        outcome.answer(end);
    }
    committed.map(drop)
}
