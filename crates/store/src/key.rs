//! Keys of texts: what queries search, compare and sort by, kept beside the texts themselves (`qql.md` 3.1).
//!
//! A key is made here alone, by the folding and the words of `fettle_qql::text`, which no database knows; SQL only
//! compares keys, byte by byte on both databases.

use std::net::IpAddr;

use fettle_qql::text::{folded, words};
use jiff::Timestamp;

use crate::audit::NewAuditRecord;

/// Between the texts of one key of several, so that no phrase stands in two of them.
pub(crate) const BETWEEN: char = '\n';

/// Of a `keyword`.
pub(crate) fn keyword(text: &str) -> String {
    folded(text)
}

/// Of a `text`: its words, each between blanks: ` web 01 `. Without a word one blank.
pub(crate) fn text(text: &str) -> String {
    let mut key = String::from(" ");
    for word in words(&folded(text)) {
        key.push_str(word);
        key.push(' ');
    }
    key
}

/// 4 or 6 and the bytes of the address: families one behind the other, each in its order. None for what is no address.
pub(crate) fn address(text: &str) -> Option<Vec<u8>> {
    text.parse().ok().map(address_bytes)
}

pub(crate) fn address_bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => std::iter::once(4).chain(address.octets()).collect(),
        IpAddr::V6(address) => std::iter::once(6).chain(address.octets()).collect(),
    }
}

/// Whole seconds of what has begun and ended.
pub(crate) fn seconds(started: Option<Timestamp>, ended: Option<Timestamp>) -> Option<i64> {
    Some(ended?.duration_since(started?).as_secs())
}

/// Of an audit record.
pub(crate) struct AuditKeys {
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) object_type: String,
    pub(crate) object_id: Option<String>,
    pub(crate) object_name: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) ip: Option<Vec<u8>>,
    /// What free text searches.
    pub(crate) search: String,
}

impl AuditKeys {
    pub(crate) fn of(record: &NewAuditRecord) -> Self {
        let searched = [Some(&record.actor), Some(&record.action), record.object_name.as_ref()];
        let searched: Vec<String> = searched.into_iter().flatten().map(|searched| text(searched)).collect();
        Self {
            actor: keyword(&record.actor),
            action: keyword(&record.action),
            object_type: keyword(&record.object_type),
            object_id: record.object_id.as_deref().map(keyword),
            object_name: record.object_name.as_deref().map(text),
            request_id: record.request_id.as_deref().map(keyword),
            ip: record.ip.as_deref().and_then(address),
            search: searched.join(&BETWEEN.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_between_blanks() {
        assert_eq!(text("Web-01 STRASSE"), " web 01 strasse ");
        assert_eq!(text("Straße"), text("STRASSE"));
        assert_eq!(text(" - "), " ");
        assert_eq!(keyword("Job.Enable"), "job.enable");
    }

    #[test]
    fn addresses_keep_their_order() {
        let key = |text| address(text).expect("an address");
        assert!(key("9.255.0.0") < key("10.0.0.0") && key("255.255.255.255") < key("::"));
        assert_eq!(address("10.0.0.0:80"), None);
    }
}
