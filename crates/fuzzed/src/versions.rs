//! The orders of versions.

use std::cmp::Ordering;

use fettle_model::version::{Scheme, dpkg, rpm};

/// Three texts, one in each line: every scheme must order them.
pub fn orders(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let texts: Vec<&str> = text.splitn(3, '\n').collect();
    is_order(&texts, dpkg::compare);
    is_order(&texts, rpm::compare);
    for scheme in Scheme::ALL {
        let versions: Vec<&str> = texts.iter().copied().filter(|text| is_version(scheme, text)).collect();
        is_order(&versions, |left, right| scheme.compare(left, right).expect("both are versions"));
    }
}

fn is_version(scheme: Scheme, text: &str) -> bool {
    match scheme.parse(text) {
        Ok(version) => {
            assert_eq!(scheme.compare(version.text(), text), Ok(Ordering::Equal));
            true
        }
        Err(error) => {
            assert!((1..=error.text.chars().count() + 1).contains(&error.character), "{error}");
            false
        }
    }
}

/// Total, and the same from both sides.
fn is_order(texts: &[&str], compare: impl Fn(&str, &str) -> Ordering) {
    for left in texts {
        assert_eq!(compare(left, left), Ordering::Equal, "{left:?} to itself");
        for right in texts {
            let order = compare(left, right);
            assert_eq!(order, compare(right, left).reverse(), "{left:?} to {right:?}, and back");
            for third in texts {
                let further = compare(right, third);
                if order.is_le() && further.is_le() {
                    assert_eq!(compare(left, third), order.min(further), "{left:?}, {right:?}, {third:?}");
                }
            }
        }
    }
}
