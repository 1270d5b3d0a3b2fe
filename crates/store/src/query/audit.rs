//! Where the facts of audit records are (`qql.md` 8.9).

use fettle_qql::tokens::AuditToken;
use sea_query::Expr;

use super::column::{Column, Nulls, Place, Word};

pub(super) const TABLE: &str = "audit";
/// The words of everything that free text searches.
pub(super) const SEARCH: &str = "search_key";

const OUTCOMES: [&str; 3] = ["Success", "Refused", "Failed"];
const SOURCES: [&str; 6] = ["console", "api", "compatible", "cli", "scheduler", "agent"];

pub(super) fn column(token: AuditToken) -> Column {
    use AuditToken as T;
    let place = Place::own(TABLE);
    let keyword = |value, key, nulls| Column::Keyword { place, value, key, nulls };
    let words = |column, words: &[&'static str]| {
        let word = |shown: &&'static str| Word { stored: (*shown).to_owned(), shown };
        Column::Words { place, column, words: words.iter().map(word).collect() }
    };
    match token {
        T::Seq => Column::Int(Expr::col((TABLE, "number")), Nulls::Possible),
        T::Time => Column::Date(Expr::col((TABLE, "time")), Nulls::Never),
        T::Actor => keyword("actor", "actor_key", Nulls::Never),
        T::Action => keyword("action", "action_key", Nulls::Never),
        T::ObjectType => keyword("object_type", "object_type_key", Nulls::Never),
        T::Outcome => words("outcome", &OUTCOMES),
        T::Source => words("source", &SOURCES),
        T::ObjectId => keyword("object_id", "object_id_key", Nulls::Possible),
        T::ObjectName => Column::Text { place, value: "object_name", key: "object_name_key", nulls: Nulls::Possible },
        T::Ip => Column::Address { key: Expr::col((TABLE, "ip_key")) },
        T::RequestId => keyword("request_id", "request_id_key", Nulls::Possible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{AuditOutcome, AuditSource};
    use crate::column::word;

    #[test]
    fn every_word_is_known() {
        let outcomes = [AuditOutcome::Success, AuditOutcome::Refused, AuditOutcome::Failed];
        assert_eq!(outcomes.map(|outcome| word(&outcome)), OUTCOMES);
        let sources = [
            AuditSource::Console,
            AuditSource::Api,
            AuditSource::Compatible,
            AuditSource::Cli,
            AuditSource::Scheduler,
            AuditSource::Agent,
        ];
        assert_eq!(sources.map(|source| word(&source)), SOURCES);
    }
}
