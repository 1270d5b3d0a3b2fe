//! The query language.

use fettle_qql::ast::Node;
use fettle_qql::complete::{NoValues, complete};
use fettle_qql::order::{group_by, sort};
use fettle_qql::token::Vocabulary;
use fettle_qql::{Context, Entity, Purpose, check, check_having, parser};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A text about each entity: errors point into it, and what is read is printed and read again.
pub fn query(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let length = text.chars().count();
    if let Ok(tree) = parser::read(text) {
        // Signs and blanks may be others, and the empty text has no tree.
        let printed = tree.to_string();
        assert_eq!(printed.is_empty(), tree == Node::And(Vec::new()));
        if printed.chars().count() <= fettle_qql::MAX_LENGTH {
            assert_eq!(parser::read(&printed).map(|tree| tree.to_string()).as_ref(), Ok(&printed), "{text:?}");
        }
    }
    for entity in Entity::ALL {
        let now = Timestamp::from_second(1_795_850_130).expect("a time");
        let context = Context::new(entity, now, TimeZone::UTC);
        match check(text, &context) {
            Ok(query) => {
                let normal = query.normalized();
                if normal.chars().count() <= fettle_qql::MAX_LENGTH {
                    let again = check(&normal, &context).map(|query| query.normalized());
                    assert_eq!(again.as_ref(), Ok(&normal), "{text:?}");
                }
                assert!(!query.sentence().is_empty());
            }
            Err(invalid) => {
                assert!((1..=10).contains(&invalid.errors.len()));
                for error in &invalid.errors {
                    assert!(error.offset + error.length <= length, "{text:?}: {error:?}");
                }
            }
        }
        let _ = check_having(text, &context);
        let _ = check(text, &context.clone().purpose(Purpose::TagRule));
        let _ = check(text, &context.purpose(Purpose::PatchRule));
    }
    // The cursor at both ends, in the middle, and where the length says.
    let context = Context::new(Entity::Asset, Timestamp::UNIX_EPOCH, TimeZone::UTC);
    for cursor in [0, length / 2, length % 7, length] {
        assert!(complete(text, cursor, &context, &NoValues).replace.end() <= length, "{text:?}");
    }
}

/// `sort` and `groupBy`.
pub fn order(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for entity in Entity::ALL {
        if let Ok(keys) = sort(text, entity, Vocabulary::FETTLE) {
            assert!(keys.len() <= 3);
        }
        if let Ok(tokens) = group_by(text, entity, Vocabulary::FETTLE) {
            assert!(tokens.len() <= 2);
        }
    }
}
