//! PostgreSQL for tests, from Debian's own binaries (`/usr/lib/postgresql/*/bin`).
//!
//! [`database`] gives a new, empty database in a throw-away cluster. One cluster serves all tests of a process that run
//! at the same time; with the last [`TestDatabase`] it is stopped and its files are removed. It listens on a socket in
//! its own directory, and on no network. PostgreSQL does not run as root: then it is dropped to an ordinary user.

mod cluster;
mod user;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

pub use cluster::Problem;
use cluster::{Cluster, Programs};

/// A database of one test; lives as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    cluster: Arc<Cluster>,
}

impl TestDatabase {
    /// `postgres://…`, by way of the socket.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }
}

/// A new database, or `None` (and a line on standard error) where PostgreSQL is not installed.
///
/// # Panics
/// If PostgreSQL is there and does not start: that is no reason to skip a test.
pub fn database() -> Option<TestDatabase> {
    let Some(programs) = Programs::find() else {
        skipped();
        return None;
    };
    let made = shared(&programs).and_then(|cluster| {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
        cluster.create_database(&name)?;
        Ok(TestDatabase { name, cluster })
    });
    Some(made.unwrap_or_else(|problem| panic!("PostgreSQL for tests: {problem}")))
}

#[expect(clippy::print_stderr, reason = "who runs the tests shall see that some were skipped, and why")]
fn skipped() {
    eprintln!("SKIPPED: no PostgreSQL binaries in /usr/lib/postgresql/*/bin (Debian package `postgresql`)");
}

fn shared(programs: &Programs) -> Result<Arc<Cluster>, Problem> {
    static RUNNING: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(cluster) = running.upgrade() {
        return Ok(cluster);
    }
    let cluster = Arc::new(Cluster::start(programs)?);
    *running = Arc::downgrade(&cluster);
    Ok(cluster)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_leaves_nothing_behind() {
        let Some(first) = database() else { return };
        let second = database().expect("it was there a moment ago");
        assert_ne!(first.url(), second.url());
        let directory = first.cluster.directory().to_owned();
        assert!(directory.exists());
        drop((first, second));
        assert!(!directory.exists());
    }
}
