use std::collections::BTreeSet;

use fettle_model::ActivationKeyId;
use fettle_model::clock::SeededEntropy;
use fettle_store::access::ActivationKey;
use fettle_store::{Database, StoreError};
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use crate::sample::{at, new_asset};
use crate::store::TestStore;

/// Adds a step to the list of those that were applied.
const LATER_STEP: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
    VALUES (9999, 'later', true, '', 0)";

/// Takes the data back to the step before.
const BEFORE_TITLES: &str = "ALTER TABLE asset DROP COLUMN activation_key_title;
    DELETE FROM _sqlx_migrations WHERE version = 17";

/// Assets of a server that did not keep the title of their key get it while the key is there.
pub(crate) async fn titles_of_keys_are_filled(store: &TestStore) {
    let key = activation_key(7);
    let (known, gone) = (key.id, activation_key(8).id);
    let ids = store
        .write(async move |tx| {
            tx.activation_keys().insert(&key).await?;
            let mut ids = Vec::new();
            for (seed, key) in [(1, Some(known)), (2, Some(gone)), (3, None)] {
                let mut new = new_asset(seed);
                (new.asset.activation_key, new.asset.activation_key_title) = (key, None);
                ids.push(tx.assets().insert(&new).await?.id);
            }
            Ok::<_, StoreError>(ids)
        })
        .await;
    store.database.close().await;
    if let Some(directory) = store.url().strip_prefix("sqlite:") {
        sqlx::raw_sql(BEFORE_TITLES).execute(&mut sqlite(directory).await).await.expect("yesterday's data");
    } else {
        let mut connection = PgConnection::connect(&store.url()).await.expect("a connection");
        sqlx::raw_sql(BEFORE_TITLES).execute(&mut connection).await.expect("yesterday's data");
    }
    let database = Database::open(&store.url()).await.expect("today's schema");
    let mut tx = database.read().await.expect("a connection");
    let mut titles = Vec::new();
    for id in ids {
        titles.push(tx.assets().find(id).await.expect("an answer").expect("an asset").activation_key_title);
    }
    assert_eq!(titles, [Some("Key 7".to_owned()), None, None]);
    drop(tx);
    database.close().await;
}

fn activation_key(seed: u64) -> ActivationKey {
    ActivationKey {
        id: ActivationKeyId::new(at(1), &SeededEntropy::new(seed)),
        title: format!("Key {seed}"),
        enabled: true,
        max_agents: None,
        expire_date: None,
        created_by: None,
        created_at: at(1),
        used_count: 0,
        last_used_at: None,
    }
}

pub(crate) async fn a_newer_schema_is_refused(store: &TestStore) {
    store.database.close().await;
    if let Some(directory) = store.url().strip_prefix("sqlite:") {
        let mut connection = sqlite(directory).await;
        sqlx::query(LATER_STEP).execute(&mut connection).await.expect("a step");
    } else {
        let mut connection = PgConnection::connect(&store.url()).await.expect("a connection");
        sqlx::query(LATER_STEP).execute(&mut connection).await.expect("a step");
    }
    let refused = Database::open(&store.url()).await;
    assert!(matches!(refused, Err(StoreError::SchemaNewer(9999))), "{refused:?}");
}

async fn sqlite(directory: &str) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite:{directory}/fettle.db")).await.expect("a connection")
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let here = TestStore::sqlite().await;
    let Some(there) = TestStore::postgres().await else { return };
    let mut connection = sqlite(here.url().strip_prefix("sqlite:").expect("a directory")).await;
    let left: Vec<(String, String)> = sqlx::query_as(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    )
    .fetch_all(&mut connection)
    .await
    .expect("columns");
    let mut connection = PgConnection::connect(&there.url()).await.expect("a connection");
    let right: Vec<(String, String)> = sqlx::query_as(
        "SELECT table_name::text, column_name::text FROM information_schema.columns WHERE table_schema = 'public'",
    )
    .fetch_all(&mut connection)
    .await
    .expect("columns");
    assert!(left.len() > 200);
    assert_eq!(left.into_iter().collect::<BTreeSet<_>>(), right.into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn both_folders_have_the_same_steps() {
    let steps = |folder: &str| -> BTreeSet<_> {
        let path = format!("{}/migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
        fs_err::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect()
    };
    assert_eq!(steps("sqlite"), steps("postgres"));
}

#[tokio::test]
async fn two_servers_on_one_directory_are_refused() {
    let mut store = TestStore::sqlite().await;
    let directory = store.url().strip_prefix("sqlite:").expect("a directory").to_owned();
    let second = Database::open(&store.url()).await.expect_err("it is in use");
    assert_eq!(second.to_string(), format!("another server uses the data directory {directory}"));
    store.reopen().await;
}

#[tokio::test]
async fn other_urls_are_refused_without_telling_their_secrets() {
    for url in ["mysql://root:hunter2@db", "sqlite:", "hunter2"] {
        let error = Database::open(url).await.expect_err("no such database");
        assert!(matches!(error, StoreError::Url(_)), "{error:?}");
    }
    let told = Database::open("mysql://root:hunter2@db").await.expect_err("no such database").to_string();
    assert!(!told.contains("hunter2"), "{told}");
}
