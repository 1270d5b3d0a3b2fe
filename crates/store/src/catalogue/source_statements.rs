//! What a distribution says of each vulnerability in its source packages: one row per CVE, some tens of thousands.

use fettle_model::source_statement::SourceStatement;
use sea_query::{Expr, ExprTrait as _, Iden, OnConflict, Query};

use crate::error::StoreError;
use crate::packed::{pack, unpack};
use crate::sql::{self, Scalar, all, execute, halved, optional, padded, row};
use crate::tx::Tx;

/// Most rows in one statement.
const CHUNK: usize = 512;

#[derive(Iden)]
enum Schema {
    #[iden = "source_statement"]
    Table,
    Cve,
    Record,
    Document,
}

row! {
    struct StatementsRow {
        cve: String,
        record: Vec<u8>,
    }
}

pub struct SourceStatements<'t> {
    pub(crate) tx: &'t mut Tx,
}

impl SourceStatements<'_> {
    /// Puts what a document says of CVEs, each once; gives the number of rows that changed.
    pub async fn put(
        &mut self,
        document: u32,
        statements: &[(String, Vec<SourceStatement>)],
    ) -> Result<u64, StoreError> {
        let mut changed = 0;
        for chunk in halved(statements, CHUNK) {
            let mut query = Query::insert();
            query.into_table(Schema::Table).columns([Schema::Cve, Schema::Record, Schema::Document]);
            for (cve, record) in chunk {
                let packed = Expr::value(pack(record));
                query.values_panic([Expr::value(cve.as_str()), packed, Expr::value(i64::from(document))]);
            }
            query.on_conflict(
                OnConflict::column(Schema::Cve)
                    .update_columns([Schema::Record, Schema::Document])
                    .action_and_where(Expr::cust("source_statement.record IS DISTINCT FROM excluded.record"))
                    .to_owned(),
            );
            changed += sql::insert(self.tx, "put statements on vulnerabilities", &query).await?;
        }
        Ok(changed)
    }

    /// What is said of one CVE; nothing for one that no document names.
    pub async fn of(&mut self, cve: &str) -> Result<Vec<SourceStatement>, StoreError> {
        let packed = optional!(
            self.tx,
            Scalar<Vec<u8>>,
            "find statements on a vulnerability",
            "SELECT record AS value FROM source_statement WHERE cve = $1",
            cve,
        )?;
        packed.map_or(Ok(Vec::new()), |Scalar(packed)| unpack(&packed, "statements on a vulnerability"))
    }

    /// What is said of each of the CVEs, as far as a document names them.
    pub async fn of_each(&mut self, cves: &[String]) -> Result<Vec<(String, Vec<SourceStatement>)>, StoreError> {
        let mut found = Vec::new();
        for chunk in cves.chunks(CHUNK) {
            let mut query = Query::select();
            query
                .columns([Schema::Cve, Schema::Record])
                .from(Schema::Table)
                .and_where(Expr::col(Schema::Cve).is_in(padded(chunk).map(String::as_str)));
            let rows: Vec<StatementsRow> = sql::rows(self.tx, "find statements on vulnerabilities", &query).await?;
            for StatementsRow { cve, record } in rows {
                found.push((cve, unpack(&record, "statements on a vulnerability")?));
            }
        }
        Ok(found)
    }

    /// Every CVE that has some, in order.
    pub async fn cves(&mut self) -> Result<Vec<String>, StoreError> {
        let rows = all!(
            self.tx,
            Scalar<String>,
            "list vulnerabilities with statements",
            "SELECT cve AS value FROM source_statement ORDER BY cve",
        )?;
        Ok(rows.into_iter().map(|Scalar(cve)| cve).collect())
    }

    /// The distribution says nothing of the CVE any more.
    pub async fn remove(&mut self, cve: &str) -> Result<(), StoreError> {
        execute!(self.tx, "remove statements on a vulnerability", "DELETE FROM source_statement WHERE cve = $1", cve)
            .map(drop)
    }
}
