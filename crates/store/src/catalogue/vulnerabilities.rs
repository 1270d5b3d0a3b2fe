//! What the NVD and EPSS say of vulnerabilities. There are hundreds of thousands: written by many rows at once, and
//! only those that changed.

use fettle_model::vulnerability::{Epss, Share, VulnerabilityRecord};
use sea_query::{Expr, ExprTrait as _, Iden, OnConflict, Query};

use crate::error::StoreError;
use crate::packed::{pack, unpack};
use crate::sql::{self, halved, padded, row};
use crate::tx::Tx;

/// Most rows in one statement.
const CHUNK: usize = 512;

#[derive(Iden)]
enum Schema {
    #[iden = "vulnerability"]
    Table,
    Cve,
    Record,
    RecordDocument,
    Probability,
    Percentile,
    ScoreDocument,
}

#[derive(Iden)]
enum Document {
    #[iden = "vulnerability_document"]
    Table,
    Number,
    ModelVersion,
    ScoreDate,
}

/// A score of EPSS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredScore {
    pub cve: String,
    pub probability: Share,
    pub percentile: Option<Share>,
}

/// What is kept of one CVE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFacts {
    pub cve: String,
    pub record: Option<VulnerabilityRecord>,
    pub epss: Option<Epss>,
}

row! {
    struct FactsRow {
        cve: String,
        record: Option<Vec<u8>>,
        probability: Option<u32>,
        percentile: Option<u32>,
        model_version: Option<String>,
        score_date: Option<String>,
    }
}

impl FactsRow {
    fn facts(self) -> Result<StoredFacts, StoreError> {
        let record = self.record.map(|packed| unpack(&packed, "vulnerability")).transpose()?;
        let epss = self.probability.map(|probability| Epss {
            probability: Share(probability),
            percentile: self.percentile.map(Share),
            model_version: self.model_version,
            score_date: self.score_date,
        });
        Ok(StoredFacts { cve: self.cve, record, epss })
    }
}

pub struct Vulnerabilities<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl Vulnerabilities<'_> {
    /// Puts the scores of a document, each CVE once; gives the number of rows that changed.
    pub async fn put_scores(&mut self, document: u32, scores: &[StoredScore]) -> Result<u64, StoreError> {
        let mut changed = 0;
        for chunk in halved(scores, CHUNK) {
            let mut query = Query::insert();
            let columns = [Schema::Cve, Schema::Probability, Schema::Percentile, Schema::ScoreDocument];
            query.into_table(Schema::Table).columns(columns);
            for score in chunk {
                query.values_panic([
                    Expr::value(score.cve.as_str()),
                    Expr::value(i64::from(score.probability.0)),
                    Expr::value(score.percentile.map(|share| i64::from(share.0))),
                    Expr::value(i64::from(document)),
                ]);
            }
            let unless_equal = "vulnerability.probability IS DISTINCT FROM excluded.probability
                OR vulnerability.percentile IS DISTINCT FROM excluded.percentile
                OR vulnerability.score_document IS DISTINCT FROM excluded.score_document";
            let update = [Schema::Probability, Schema::Percentile, Schema::ScoreDocument];
            query.on_conflict(
                OnConflict::column(Schema::Cve)
                    .update_columns(update)
                    .action_and_where(Expr::cust(unless_equal))
                    .to_owned(),
            );
            changed += sql::insert(self.tx, "put scores of vulnerabilities", &query).await?;
        }
        Ok(changed)
    }

    /// Puts records that `document` names, each CVE once; gives the number of rows that changed.
    pub async fn put_records(
        &mut self,
        document: u32,
        records: &[(String, VulnerabilityRecord)],
    ) -> Result<u64, StoreError> {
        let mut changed = 0;
        for chunk in halved(records, CHUNK) {
            let mut query = Query::insert();
            query.into_table(Schema::Table).columns([Schema::Cve, Schema::Record, Schema::RecordDocument]);
            for (cve, record) in chunk {
                let packed = Expr::value(pack(record));
                query.values_panic([Expr::value(cve.as_str()), packed, Expr::value(i64::from(document))]);
            }
            let unless_equal = "vulnerability.record IS DISTINCT FROM excluded.record";
            query.on_conflict(
                OnConflict::column(Schema::Cve)
                    .update_columns([Schema::Record, Schema::RecordDocument])
                    .action_and_where(Expr::cust(unless_equal))
                    .to_owned(),
            );
            changed += sql::insert(self.tx, "put records of vulnerabilities", &query).await?;
        }
        Ok(changed)
    }

    /// What is known of those of `cves` that a document named.
    pub async fn of(&mut self, cves: &[String]) -> Result<Vec<StoredFacts>, StoreError> {
        let mut found = Vec::new();
        for chunk in cves.chunks(CHUNK) {
            let mut query = Query::select();
            query
                .columns([Schema::Cve, Schema::Record, Schema::Probability, Schema::Percentile])
                .columns([Document::ModelVersion, Document::ScoreDate])
                .from(Schema::Table)
                .left_join(Document::Table, Expr::col(Document::Number).equals(Schema::ScoreDocument))
                .and_where(Expr::col(Schema::Cve).is_in(padded(chunk).map(String::as_str)));
            let rows: Vec<FactsRow> = sql::rows(self.tx, "find facts of vulnerabilities", &query).await?;
            for row in rows {
                found.push(row.facts()?);
            }
        }
        Ok(found)
    }
}
