//! Every text that is written is read.

use std::sync::Arc;

use fettle_qql::order::{group_by, sort};
use fettle_qql::token::Vocabulary;
use fettle_qql::{Context, Entity, check};
use fettle_testqql::{Generator, Samples};
use jiff::tz::TimeZone;

#[test]
fn every_text_is_a_query() {
    let now = "2026-11-28T07:15:30Z".parse().expect("a time");
    let samples: Samples = Arc::new(|_| {
        [
            "web-01.example.com",
            "Straße 9",
            "and",
            "",
            "a\"b`c\\d",
            "3",
            "2026-11-02T03:04:05.678Z",
            "fe80::1",
            "10.0.0.9",
        ]
        .map(str::to_owned)
        .to_vec()
    });
    let nothing: Samples = Arc::new(|_| Vec::new());
    for entity in Entity::ALL {
        let context = Context::new(entity, now, TimeZone::UTC);
        for samples in [&samples, &nothing] {
            let mut generator = Generator::new(7, entity, Vocabulary::FETTLE, Arc::clone(samples));
            for _ in 0..2_000 {
                let text = generator.query();
                if let Err(invalid) = check(&text, &context) {
                    panic!("{entity}: {text}\n{:#?}", invalid.errors);
                }
                let order = generator.sort();
                sort(&order, entity, Vocabulary::FETTLE).unwrap_or_else(|invalid| panic!("{order}: {invalid}"));
            }
            let absent = generator.nonsense();
            check(&absent, &context).unwrap_or_else(|invalid| panic!("{absent}: {invalid}"));
        }
        assert!(group_by("", entity, Vocabulary::FETTLE).is_ok());
    }
}
