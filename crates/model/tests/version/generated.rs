//! Versions by chance, many of them near each other.

use fettle_model::version::Scheme;
use proptest::prelude::*;
use proptest::string::string_regex;

/// A version that the scheme accepts. Short pieces of a small alphabet: else two versions would differ at once.
pub(crate) fn version(scheme: Scheme) -> BoxedStrategy<String> {
    let regex = |pattern: &str| string_regex(pattern).expect("a pattern").boxed();
    match scheme {
        Scheme::Dpkg => regex("([0-2]{1,2}:)?[0-9][0-9a-cA~+.]{0,6}(-[0-9ab~+.]{1,4}){0,2}"),
        Scheme::Rpm => regex("([0-2]{1,2}:)?[0-9a-b][0-9a-cA~^+._]{0,6}(-[0-9ab~^+._]{1,4})?"),
        Scheme::Windows => regex("[0-9]{1,3}([.,](0|1|10|0[12]|65535)){0,3}"),
        Scheme::Msi => regex("[0-2]?[0-9](\\.(0|1|255)){0,1}(\\.(0|1|65535)(\\.[0-9]{1,3})?)?")
            .prop_filter("three fields before a fourth", |text| Scheme::Msi.parse(text).is_ok())
            .boxed(),
        Scheme::Winget => regex("([<>] )?(v|Version )?[0-2a](\\.(0|1|01|0-rc|1a|B|b)){0,4}|unknown|latest"),
        Scheme::Semver => regex("v?[0-2]\\.[0-1]\\.(0|10)(-(0|1|10|a|b|-)(\\.(0|2|a-|c)){0,2})?(\\+[0a]{1,2})?"),
    }
}

/// Two versions of one scheme, the second often the first with one piece changed.
pub(crate) fn pair(scheme: Scheme) -> impl Strategy<Value = (String, String)> {
    let changed =
        (version(scheme), any::<prop::sample::Index>(), "[0-9a~^+._:-]").prop_map(move |(text, place, piece)| {
            let at = place.index(text.len());
            let mut other = text.clone();
            if text.is_char_boundary(at) {
                other.insert_str(at, &piece);
            }
            if scheme.parse(&other).is_err() {
                other.clone_from(&text);
            }
            (text, other)
        });
    prop_oneof![(version(scheme), version(scheme)), changed]
}
