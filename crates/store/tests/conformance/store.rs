use fettle_store::{Database, StoreError};
use fettle_testpg::TestDatabase;
use tempfile::TempDir;

/// What keeps the files or the server behind a database.
#[derive(Debug)]
enum Keeper {
    Directory(TempDir),
    Server(TestDatabase),
}

/// An empty database of one test.
#[derive(Debug)]
pub(crate) struct TestStore {
    pub(crate) database: Database,
    keeper: Keeper,
}

impl TestStore {
    pub(crate) async fn sqlite() -> Self {
        Self::open(Keeper::Directory(tempfile::tempdir().expect("a directory"))).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let server = fettle_testpg::database()?;
        Some(Self::open(Keeper::Server(server)).await)
    }

    async fn open(keeper: Keeper) -> Self {
        let database = Database::open(&url(&keeper)).await.expect("a database");
        Self { database, keeper }
    }

    pub(crate) fn url(&self) -> String {
        url(&self.keeper)
    }

    pub(crate) async fn reopen(&mut self) {
        self.database.close().await;
        self.database = Database::open(&self.url()).await.expect("the same database");
    }

    /// Runs a change whose only errors are the store's.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        change: impl AsyncFnOnce(&mut fettle_store::Tx) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.database.write(change).await.expect("a commit").value
    }
}

fn url(keeper: &Keeper) -> String {
    match keeper {
        Keeper::Directory(directory) => format!("sqlite:{}", directory.path().display()),
        Keeper::Server(server) => server.url(),
    }
}
