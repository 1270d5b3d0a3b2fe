use fettle_qql::token::{TokenDefinition, TokenId};
use fettle_qql::tokens::AuditToken;
use fettle_store::audit::{ActorKind, AuditOutcome, AuditRecord, AuditSource, NewAuditRecord};
use fettle_store::query::RowId;
use fettle_testqql::{Fact, Facts, Thing};
use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;

use super::agreement::Row;
use super::texts::{maybe, one, text};
use crate::sample::{at, hash};
use crate::store::TestStore;

const ADDRESSES: [&str; 8] = [
    "10.0.0.1",
    "10.0.0.200",
    "9.255.255.255",
    "192.168.1.1",
    "fe80::1",
    "2001:db8::9",
    "::ffff:10.0.0.1",
    "no address",
];

#[derive(Debug)]
pub(crate) struct Record(pub(crate) AuditRecord);

/// Rows as they come back; the last ones have no number yet.
pub(crate) async fn insert(store: &TestStore, count: u64, seed: u64) -> Vec<Record> {
    let mut rng = StdRng::seed_from_u64(seed);
    let records: Vec<_> = (0..count).map(|_| record(&mut rng)).collect();
    let chained = u32::try_from(count).expect("a few") - 20;
    store
        .write(async move |tx| {
            for record in &records {
                tx.audit().insert(record).await?;
            }
            tx.audit().chain_pending(chained, |_| hash(1)).await
        })
        .await;
    let mut tx = store.database.read().await.expect("a connection");
    let ids: Vec<i64> = (1..=i64::try_from(count).expect("a few")).collect();
    tx.audit().of_ids(&ids).await.expect("records").into_iter().map(Record).collect()
}

fn record(rng: &mut StdRng) -> NewAuditRecord {
    NewAuditRecord {
        time: at(rng.random_range(-40..40) * 20_000 + rng.random_range(0..3))
            + SignedDuration::from_micros(rng.random_range(0..2)),
        actor: if rng.random() { text(rng) } else { (*one(rng, &["ada", "Ada", "system"])).to_owned() },
        actor_kind: ActorKind::User,
        source: *one(rng, &[AuditSource::Console, AuditSource::Api, AuditSource::Agent]),
        ip: maybe(rng, |rng| (*one(rng, &ADDRESSES)).to_owned()),
        request_id: maybe(rng, text),
        action: (*one(rng, &["job.enable", "job.create", "Job.Enable", "patch.hide", "session.loginFailed"]))
            .to_owned(),
        object_type: (*one(rng, &["job", "asset", "patch"])).to_owned(),
        object_id: maybe(rng, text),
        object_name: maybe(rng, text),
        outcome: *one(rng, &[AuditOutcome::Success, AuditOutcome::Refused, AuditOutcome::Failed]),
        details: json!({}),
    }
}

fn word(value: impl serde::Serialize) -> Fact {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Fact::Text(word),
        other => panic!("{other:?} is no word"),
    }
}

impl Thing for Record {
    fn facts(&self, token: &TokenDefinition) -> Facts {
        let TokenId::Audit(token) = token.id else { panic!("{} is of another thing", token.name) };
        let record = &self.0;
        let text = |text: &str| vec![Fact::Text(text.to_owned())];
        let texts = |text: &Option<String>| text.iter().cloned().map(Fact::Text).collect();
        match token {
            AuditToken::Seq => {
                record.number.map(|number| Fact::Int(i64::try_from(number).expect("small"))).into_iter().collect()
            }
            AuditToken::Time => vec![Fact::Date(record.time)],
            AuditToken::Actor => text(&record.actor),
            AuditToken::Action => text(&record.action),
            AuditToken::ObjectType => text(&record.object_type),
            AuditToken::Outcome => vec![word(record.outcome)],
            AuditToken::Source => vec![word(record.source)],
            AuditToken::ObjectId => texts(&record.object_id),
            AuditToken::ObjectName => texts(&record.object_name),
            AuditToken::Ip => record.ip.iter().filter_map(|ip| ip.parse().ok()).map(Fact::Address).collect(),
            AuditToken::RequestId => texts(&record.request_id),
        }
    }
}

impl Row for Record {
    fn id(&self) -> RowId {
        RowId::Number(self.0.id)
    }
}
