//! Values of tokens, and what a query asks of them (`qql.md` 3).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::net::IpAddr;

use fettle_model::PackageKind;
use fettle_qql::token::TokenDefinition;
use fettle_qql::typed::Test;
use fettle_qql::value::compare_dotted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One value of a thing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// Of kinds `text` and `keyword`.
    Text(Cow<'a, str>),
    /// A place in the enumeration's values, and the value.
    Choice(usize, &'static str),
    Flag(bool),
    Number(i64),
    Real(f64),
    Moment(Timestamp),
    Version(VersionScheme, Cow<'a, str>),
    Uuid(Uuid),
    Address(IpAddr),
}

/// By which order a version is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum VersionScheme {
    Package(PackageKind),
    Dotted,
}

impl VersionScheme {
    pub fn compare(self, left: &str, right: &str) -> Ordering {
        match self {
            Self::Package(kind) => kind.compare(left, right),
            Self::Dotted => compare_dotted(left, right),
        }
    }
}

impl<'a> Value<'a> {
    /// Nothing for an empty text.
    pub(crate) fn text(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then_some(Self::Text(Cow::Borrowed(text)))
    }

    /// Of an enumeration's token; nothing where it has no such value.
    pub(crate) fn choice(token: &TokenDefinition, name: &str) -> Option<Self> {
        token.choice(name).map(|(place, name)| Self::Choice(place, name))
    }

    /// As people read it: what free text and groups look at.
    pub(crate) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) | Self::Version(_, text) => Cow::Borrowed(text),
            Self::Choice(_, name) => Cow::Borrowed(name),
            Self::Flag(flag) => Cow::Owned(flag.to_string()),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Real(number) => Cow::Owned(number.to_string()),
            Self::Moment(moment) => Cow::Owned(moment.to_string()),
            Self::Uuid(uuid) => Cow::Owned(uuid.to_string()),
            Self::Address(address) => Cow::Owned(address.to_string()),
        }
    }

    /// Does what is asked hold for this value? A test of another kind than the value's does not; the check of a query lets
    /// none through.
    pub(super) fn fits(&self, test: &Test) -> bool {
        match (test, self) {
            (Test::Words(asked), Self::Text(text)) => asked.iter().any(|asked| asked.matcher.matches(text)),
            (Test::Whole(asked), Self::Text(text)) => asked.iter().any(|asked| asked.matcher.matches(text)),
            (Test::OneOf(places), Self::Choice(place, _)) => places.contains(place),
            (Test::Bool(flags), Self::Flag(flag)) => flags.contains(flag),
            (Test::Uuid(uuids), Self::Uuid(uuid)) => uuids.contains(uuid),
            (Test::Int(ranges), Self::Number(number)) => ranges.iter().any(|range| range.contains(number)),
            (Test::Float(ranges), Self::Real(number)) => ranges.iter().any(|range| range.contains(number)),
            (Test::Version(ranges), Self::Version(scheme, version)) => {
                let version = version.clone().into_owned();
                ranges.iter().any(|range| range.contains_by(&version, |left, right| scheme.compare(left, right)))
            }
            (Test::Date(range), Self::Moment(moment)) => range.contains(moment),
            (Test::Address(ranges), Self::Address(address)) => {
                ranges.iter().any(|range| range.contains_address(address))
            }
            _ => false,
        }
    }
}

/// Holds the test for a token whose values `visit` tells, none or several?
pub(crate) fn holds(test: &Test, visit: impl FnOnce(&mut dyn FnMut(Value<'_>))) -> bool {
    let mut found = false;
    match test {
        Test::Null | Test::Present => visit(&mut |_| found = true),
        _ => visit(&mut |value| found = found || value.fits(test)),
    }
    if *test == Test::Null { !found } else { found }
}
