//! Each scheme is a total order, and no text makes it panic.

use std::cmp::Ordering;

use fettle_model::version::{Scheme, dpkg, rpm};
use proptest::prelude::*;

use crate::generated::version;

fn scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(Scheme::ALL.as_slice())
}

fn of_one_scheme() -> impl Strategy<Value = (Scheme, [String; 3])> {
    scheme().prop_flat_map(|scheme| {
        let versions = [version(scheme), version(scheme), version(scheme)];
        (Just(scheme), versions)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn antisymmetric_and_transitive((scheme, [a, b, c]) in of_one_scheme()) {
        let compare = |left: &str, right: &str| scheme.compare(left, right).expect("generated versions are valid");
        prop_assert_eq!(compare(&a, &a), Ordering::Equal);
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        let mut sorted = [&a, &b, &c];
        sorted.sort_by(|left, right| compare(left, right));
        prop_assert_ne!(compare(sorted[0], sorted[2]), Ordering::Greater);
        if compare(&a, &b) == Ordering::Equal {
            prop_assert_eq!(compare(&a, &c), compare(&b, &c));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_its_place(scheme in scheme(), a in "\\PC{0,12}", b in "[0-9.:~^<>v+-]{0,12}") {
        for text in [&a, &b] {
            if let Err(error) = scheme.parse(text) {
                prop_assert!((1..=text.trim().chars().count() + 1).contains(&error.character), "{}", error);
            }
        }
        prop_assert_eq!(dpkg::compare(&a, &b), dpkg::compare(&b, &a).reverse());
        prop_assert_eq!(rpm::compare(&a, &b), rpm::compare(&b, &a).reverse());
    }
}
