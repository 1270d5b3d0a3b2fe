//! A connection with the views that hold the statements.

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Executor as _, Postgres, SqlSafeStr, SqlStr, Sqlite};

use crate::access::{ActivationKeys, Sessions, Tokens, Users};
use crate::assets::{Assets, Certificates, Enrolments, ScanRequests};
use crate::audit::Audit;
use crate::catalogue::{
    Components, Documents, Exceptions, FeedRounds, FeedStates, Findings, KnownExploitedList, PatchReports, Patches,
    SourceStatements, Vulnerabilities, VulnerabilityDocuments,
};
use crate::error::StoreError;
use crate::feed::{Change, Feed};
use crate::jobs::{Authorisations, Deployments, DryRuns, Events, Jobs, Logs, Runs};
use crate::organisation::{OrganisationView, ServerKeys, Settings, TrustStatements};
use crate::searches::SavedSearches;
use crate::tags::Tags;

pub(crate) enum Link {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// A connection: inside the writer's transaction ([`crate::Database::write`]), or for reading only.
pub struct Tx {
    link: Link,
    /// Of the transaction so far; the feed has them at its end.
    changes: Vec<Change>,
    control: Control,
}

/// Transaction control that goes with the next statement. SQLite works in a thread of its own, and each call of it costs a
/// change of threads to and fro, more than most statements.
///
/// sqlx would rather not have several statements in one that is prepared, for SQLite alone can do it; should it refuse
/// them one day, every write fails, and so does every test.
pub(crate) struct Control {
    opening: Option<&'static str>,
    closing: Option<&'static str>,
}

impl Control {
    /// The statement with what goes before and behind it. The numbers of its values stay.
    pub(crate) fn around(&mut self, sql: impl SqlSafeStr) -> SqlStr {
        let sql = sql.into_sql_str();
        let (opening, closing) = (self.opening.take(), self.closing.take());
        if opening.is_none() && closing.is_none() {
            return sql;
        }
        let parts = [opening, Some(sql.as_str()), closing];
        AssertSqlSafe(parts.into_iter().flatten().collect::<Vec<_>>().join("; ")).into_sql_str()
    }
}

macro_rules! views {
    ($($name:ident: $view:ident),+ $(,)?) => {
        impl Tx {
            $(pub fn $name(&mut self) -> $view<'_> {
                $view { tx: self }
            })+
        }
    };
}

views! {
    organisation: OrganisationView,
    settings: Settings,
    server_keys: ServerKeys,
    trust_statements: TrustStatements,
    users: Users,
    sessions: Sessions,
    tokens: Tokens,
    activation_keys: ActivationKeys,
    assets: Assets,
    certificates: Certificates,
    enrolments: Enrolments,
    scan_requests: ScanRequests,
    components: Components,
    patches: Patches,
    patch_reports: PatchReports,
    exceptions: Exceptions,
    feed_rounds: FeedRounds,
    feed_states: FeedStates,
    findings: Findings,
    vulnerability_documents: VulnerabilityDocuments,
    vulnerabilities: Vulnerabilities,
    known_exploited: KnownExploitedList,
    source_statements: SourceStatements,
    documents: Documents,
    jobs: Jobs,
    authorisations: Authorisations,
    runs: Runs,
    deployments: Deployments,
    events: Events,
    logs: Logs,
    dry_runs: DryRuns,
    saved_searches: SavedSearches,
    tags: Tags,
    audit: Audit,
    feed: Feed,
}

impl Tx {
    pub(crate) const fn new(link: Link) -> Self {
        Self { link, changes: Vec::new(), control: Control { opening: None, closing: None } }
    }

    pub(crate) const fn link(&mut self) -> &mut Link {
        &mut self.link
    }

    pub(crate) const fn is_postgres(&self) -> bool {
        matches!(self.link, Link::Postgres(_))
    }

    pub(crate) fn note_change(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(crate) const fn changes(&self) -> usize {
        self.changes.len()
    }

    /// Forgets those behind the first `kept`, which were taken back.
    pub(crate) fn forget_changes(&mut self, kept: usize) {
        self.changes.truncate(kept);
    }

    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// For a statement: where it goes, and what goes with it.
    pub(crate) const fn parts(&mut self) -> (&mut Link, &mut Control) {
        (&mut self.link, &mut self.control)
    }

    /// Transaction control before the next statement; on SQLite in one with it, or not at all where none follows.
    pub(crate) async fn open_with(&mut self, sql: &'static str) -> Result<(), StoreError> {
        if self.is_postgres() {
            return self.control(sql).await;
        }
        self.control.opening = Some(sql);
        Ok(())
    }

    /// Forgets what was to open with the next statement; true where none followed it.
    pub(crate) const fn forget_opening(&mut self) -> bool {
        self.control.opening.take().is_some()
    }

    /// Transaction control behind the next statement, in one with it. On SQLite alone.
    pub(crate) const fn close_with(&mut self, sql: &'static str) {
        self.control.closing = Some(sql);
    }

    /// Runs a statement of transaction control, without parameters and unprepared.
    pub(crate) async fn control(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let outcome = match &mut self.link {
            Link::Sqlite(connection) => connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop),
            Link::Postgres(connection) => connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop),
        };
        outcome.map_err(|source| StoreError::Statement { operation: sql, source })
    }

    /// The connection is not given back to its pool, but closed: for one that may be inside a transaction.
    pub(crate) fn close_on_drop(&mut self) {
        match &mut self.link {
            Link::Sqlite(connection) => connection.close_on_drop(),
            Link::Postgres(connection) => connection.close_on_drop(),
        }
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_postgres() { "Tx(PostgreSQL)" } else { "Tx(SQLite)" })
    }
}
