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
/// So long a group waits for further changes, where that was worth it before: a commit costs the same for one as for many.
const GATHERING: Duration = Duration::from_millis(2);
/// So many that wait are a group already.
const GATHERED: usize = 16;
/// After so many groups that were found with one change there is another try.
const TRY_AGAIN: u32 = 16;
/// After so long without a change the database's cache is given back: a fleet that reported is quiet for hours.
const QUIET: Duration = Duration::from_secs(20);

/// What a change begins with. The commit ends whichever savepoint is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Boundary {
    Begin,
    FirstSavepoint,
    NextSavepoint,
}

impl Boundary {
    const fn sql(self, is_postgres: bool) -> &'static str {
        match self {
            Self::Begin if is_postgres => "BEGIN",
            Self::Begin => "BEGIN IMMEDIATE",
            Self::FirstSavepoint => "SAVEPOINT change",
            // Ends a change, kept or taken back, and begins the next: one statement for both.
            Self::NextSavepoint => "RELEASE SAVEPOINT change; SAVEPOINT change",
        }
    }

    const fn taking_back(self) -> &'static str {
        match self {
            Self::Begin => "ROLLBACK",
            Self::FirstSavepoint | Self::NextSavepoint => "ROLLBACK TO SAVEPOINT change",
        }
    }

    /// Behind a change that began with this one.
    const fn next(self, is_kept: bool) -> Self {
        match (self, is_kept) {
            (Self::Begin, true) => Self::FirstSavepoint,
            // The transaction is begun anew.
            (Self::Begin, false) => Self::Begin,
            (Self::FirstSavepoint | Self::NextSavepoint, _) => Self::NextSavepoint,
        }
    }
}

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

/// Whether to wait for more changes before a group begins. Who writes alone, one change after the other, waits now and then
/// in vain, and else not at all.
#[derive(Debug, Default)]
struct Gathering {
    is_worth_it: bool,
    /// Groups of one change since the last try.
    alone: u32,
}

impl Gathering {
    const fn is_due(&self) -> bool {
        self.is_worth_it || self.alone >= TRY_AGAIN
    }

    /// The last group had so many changes.
    const fn note(&mut self, changes: usize) {
        self.alone = if self.is_due() || changes > 1 { 0 } else { self.alone + 1 };
        self.is_worth_it = changes > 1;
    }
}

/// Takes changes until `stop` is notified or every handle is dropped; what waits by then is still done and answered.
pub(crate) async fn run(pool: Pool, mut inbox: Inbox, stop: Arc<Notify>) {
    let mut gathering = Gathering::default();
    // Of SQLite it is kept from group to group, for the pool asks each connection that comes back whether it lives. One to
    // PostgreSQL may die meanwhile, and is to be asked.
    let mut connection: Option<Tx> = None;
    let mut has_cache = false;
    loop {
        let first = tokio::select! {
            biased;
            work = inbox.0.recv() => work,
            () = stop.notified() => {
                inbox.0.close();
                continue;
            }
            () = tokio::time::sleep(QUIET), if has_cache => {
                has_cache = false;
                give_back(connection.as_mut()).await;
                continue;
            }
        };
        let Some(first) = first else { break };
        if gathering.is_due() && inbox.0.len() < GATHERED {
            tokio::time::sleep(GATHERING).await;
        }
        has_cache = true;
        match group(&pool, &mut connection, first, &mut inbox.0).await {
            Ok(changes) => gathering.note(changes),
            // The changes were dropped unanswered, which tells their callers that nothing was kept.
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a transaction could not be run");
            }
        }
    }
    drop(connection);
    pool.close().await;
}

/// Of SQLite's connection, which is the one that is kept.
async fn give_back(connection: Option<&mut Tx>) {
    let Some(tx) = connection else { return };
    if let Err(error) = tx.control("PRAGMA shrink_memory").await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the database keeps its cache");
    }
}

/// Gives the number of changes that were kept.
async fn group(
    pool: &Pool,
    connection: &mut Option<Tx>,
    first: Work,
    waiting: &mut mpsc::Receiver<Work>,
) -> Result<usize, StoreError> {
    let tx = match connection {
        Some(tx) => tx,
        None => connection.insert(pool.acquire().await?),
    };
    let done = transact(tx, first, waiting).await;
    if done.is_err() {
        // It may be inside a transaction still.
        tx.close_on_drop();
    }
    if done.is_err() || tx.is_postgres() {
        *connection = None;
    }
    done
}

async fn transact(tx: &mut Tx, first: Work, waiting: &mut mpsc::Receiver<Work>) -> Result<usize, StoreError> {
    let begun = Instant::now();
    let mut kept: Vec<Box<dyn Outcome>> = Vec::new();
    let mut next = Some(first);
    let mut boundary = Boundary::Begin;
    while let Some(work) = next.take() {
        let changes = tx.changes();
        tx.open_with(boundary.sql(tx.is_postgres())).await?;
        let outcome = Box::pin(attempt(tx, work)).await;
        // A change that ran no statement began nothing.
        let has_begun = !tx.forget_opening();
        if kept.len() < MAX_GROUP && begun.elapsed() < MAX_GROUP_TIME {
            next = waiting.try_recv().ok();
        }
        let is_kept = matches!(outcome, Attempt::Kept(_));
        match outcome {
            Attempt::Kept(outcome) => kept.push(outcome),
            Attempt::Failed(outcome) => {
                if has_begun {
                    tx.control(boundary.taking_back()).await?;
                }
                tx.forget_changes(changes);
                if let Some(outcome) = outcome {
                    outcome.answer(End::Committed(None));
                }
            }
        }
        if has_begun {
            boundary = boundary.next(is_kept);
        }
    }
    let changes = kept.len();
    if changes > 0 {
        end(tx, boundary, kept).await?;
    }
    Ok(changes)
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

/// `boundary`: with which the next change would have begun.
async fn end(tx: &mut Tx, boundary: Boundary, kept: Vec<Box<dyn Outcome>>) -> Result<(), StoreError> {
    debug_assert!(boundary != Boundary::Begin || tx.changes() == 0, "the feed is told of what was written");
    // Changes that ran nothing have nothing to commit.
    let committed = if boundary == Boundary::Begin { Ok(None) } else { tx.feed().commit().await };
    let end = committed.as_ref().map_or(End::NotCommitted, |position| End::Committed(*position));
    for outcome in kept {
        outcome.answer(end);
    }
    committed.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_writes_alone_waits_once_in_a_while() {
        let mut gathering = Gathering::default();
        let mut waits = 0;
        for _ in 0..170 {
            waits += u32::from(gathering.is_due());
            gathering.note(1);
        }
        assert_eq!(waits, 170 / (TRY_AGAIN + 1));
    }

    #[test]
    fn many_wait_for_each_other_until_one_is_alone_again() {
        let mut gathering = Gathering::default();
        for (changes, is_due) in [(3, true), (2, true), (1, false), (1, false), (8, true)] {
            gathering.note(changes);
            assert_eq!(gathering.is_due(), is_due);
        }
    }
}
