use std::time::Duration;

use fettle_qql::order::sort;
use fettle_qql::token::Vocabulary;
use fettle_qql::typed::Query;
use fettle_qql::{Context, Entity, check};
use fettle_store::Database;
use fettle_store::query::{Asked, Cursor, QuestionError, RowId, Within};
use jiff::tz::TimeZone;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::audit_rows::insert;
use super::related::no_assets;
use crate::store::TestStore;

fn read(text: &str) -> Query {
    let context = Context::new(Entity::Audit, "2026-11-22T07:15:30Z".parse().expect("a time"), TimeZone::UTC);
    check(text, &context).unwrap_or_else(|invalid| panic!("{text}: {:?}", invalid.errors))
}

fn asked(query: &Query) -> Asked<'_> {
    Asked { entity: query.entity, expression: &query.root, within: Within::default(), assets: no_assets() }
}

/// A page goes on behind the row where the one before ended, whatever came meanwhile.
pub(crate) async fn a_cursor_outlives_new_rows(store: &TestStore) {
    insert(store, 40, 1).await;
    let query = read("");
    let mut questions = store.database.questions(Duration::from_mins(1)).await.expect("a connection");
    let first = questions.page(&asked(&query), &[], 10, None).await.expect("a page");
    questions.end().await.expect("an end");
    assert_eq!(first.ids, (31..=40).rev().map(RowId::Number).collect::<Vec<_>>());
    store
        .write(async |tx| {
            let newest = tx.audit().of_ids(&[40]).await?.remove(0);
            tx.audit().insert(&newest.into()).await
        })
        .await;
    let mut questions = store.database.questions(Duration::from_mins(1)).await.expect("a connection");
    let second = questions.page(&asked(&query), &[], 10, first.next.as_ref()).await.expect("a page");
    assert_eq!(second.ids, (21..=30).rev().map(RowId::Number).collect::<Vec<_>>());
    let by_time = sort("time", Entity::Audit, Vocabulary::FETTLE).expect("an order");
    let other = questions.page(&asked(&query), &by_time, 10, first.next.as_ref()).await;
    assert!(matches!(other, Err(QuestionError::Cursor)), "{other:?}");
    for text in ["", "x", "eyJvIjoiIiwicCI6W119"] {
        let cursor = text.parse::<Cursor>();
        let refused = match cursor {
            Ok(cursor) => questions.page(&asked(&query), &[], 10, Some(&cursor)).await.map(drop),
            Err(error) => Err(error),
        };
        assert!(matches!(refused, Err(QuestionError::Cursor)), "{text}: {refused:?}");
    }
    questions.end().await.expect("an end");
}

/// A question that takes too long is interrupted, and the connection is good for the next.
pub(crate) async fn a_question_ends_in_time(store: &TestStore) {
    insert(store, 250, 2).await;
    store
        .write(async |tx| {
            let mut ids: Vec<i64> = (1..=250).collect();
            for _ in 0..5 {
                let records = tx.audit().of_ids(&ids).await?;
                let first = ids.len();
                for record in records {
                    tx.audit().insert(&record.into()).await?;
                }
                ids.extend((1..=first).map(|n| i64::try_from(first + n).expect("small")));
            }
            Ok(())
        })
        .await;
    // Many patterns that begin with anything, over each row.
    let patterns: Vec<_> = (0..300).map(|n| format!("*q{n}*")).collect();
    let query = read(&format!("objectId:[{}]", patterns.join(",")));
    let limit = Duration::from_millis(20);
    for _ in 0..3 {
        let mut questions = store.database.questions(limit).await.expect("a connection");
        let late = questions.count(&asked(&query), None).await;
        assert!(matches!(late, Err(QuestionError::Timeout)), "{late:?}");
        questions.end().await.expect("an end");
    }
    let mut questions = store.database.questions(Duration::from_mins(1)).await.expect("a connection");
    assert_eq!(questions.count(&asked(&query), None).await.expect("a number").number, 0);
    // Gone with its time: nothing of it is left on a connection of the pool.
    drop(store.database.questions(Duration::ZERO).await.expect("a connection"));
    questions.end().await.expect("an end");
    for _ in 0..10 {
        let mut tx = store.database.read().await.expect("a connection");
        tx.audit().last().await.expect("an answer");
    }
}

/// SQLite takes expressions of a certain depth, and both databases so many columns.
pub(crate) async fn long_lists_are_answered(store: &TestStore) {
    insert(store, 40, 3).await;
    let long = |value: fn(usize) -> String, count: usize| (0..count).map(value).collect::<Vec<_>>().join(",");
    let terms = vec!["not objectName:w?b"; 170].join(" or ");
    let nested = format!("{}objectName:w?b{}", "not (".repeat(30), ")".repeat(30));
    let texts = [
        format!("objectId:[{}]", long(|n| format!("*{}*", n % 10), 900)),
        format!("objectName:[{}]", long(|n| format!("?{}", n % 10), 900)),
        format!("objectName:[{}]", long(|n| format!("`{}`", n % 10), 900)),
        format!("seq:[{}]", long(|n| (n % 10).to_string(), 1_000)),
        format!("ip:[{}]", long(|n| format!("::{}", n % 10), 800)),
        terms,
        nested,
    ];
    for text in texts {
        let query = read(&text);
        let mut questions = store.database.questions(Duration::from_mins(1)).await.expect("a connection");
        let page =
            questions.page(&asked(&query), &[], 100, None).await.unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let count = questions.count(&asked(&query), None).await.expect("a number");
        assert_eq!(u64::try_from(page.ids.len()).expect("small"), count.number, "{text}");
        questions.end().await.expect("an end");
    }
}

/// Rows that were written before there were keys are found once the database was opened.
pub(crate) async fn keys_of_old_rows_are_filled(store: &TestStore) {
    const FORGET: &str = "UPDATE audit SET action_key = NULL, object_name_key = NULL, search_key = NULL";
    insert(store, 40, 4).await;
    let before = found(&store.database).await;
    assert!(before > 0);
    store.database.close().await;
    if let Some(directory) = store.url().strip_prefix("sqlite:") {
        let url = format!("sqlite:{directory}/fettle.db");
        let mut connection = SqliteConnection::connect(&url).await.expect("a connection");
        sqlx::query(FORGET).execute(&mut connection).await.expect("rows without keys");
        connection.close().await.expect("an end");
    } else {
        let mut connection = PgConnection::connect(&store.url()).await.expect("a connection");
        sqlx::query(FORGET).execute(&mut connection).await.expect("rows without keys");
    }
    let database = Database::open(&store.url()).await.expect("the same database");
    assert_eq!(found(&database).await, before);
    database.close().await;
}

async fn found(database: &Database) -> u64 {
    let query = read("action:job.enable and objectName is not null and not zq");
    let mut questions = database.questions(Duration::from_mins(1)).await.expect("a connection");
    let count = questions.count(&asked(&query), None).await.expect("a number").number;
    questions.end().await.expect("an end");
    count
}
