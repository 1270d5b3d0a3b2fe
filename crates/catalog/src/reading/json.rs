//! JSON as a stream of records: the list or the map in a large document is never in memory whole.

use std::cell::RefCell;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Place, ReadError};

/// Calls `item` for each element of the list `list` in the object that the document is, and `other` for each of its other
/// members. Fails if there is no such list.
pub fn items(
    input: impl Read,
    list: &'static str,
    mut item: impl FnMut(Place, &RawValue),
    mut other: impl FnMut(&str, &RawValue),
) -> Result<(), ReadError> {
    let mut found = false;
    let member = |name: &str, value: Member<'_, '_>| match value {
        Member::Element(at, value) => item(Place::Pointer(format!("/{list}/{at}")), value),
        Member::List => found = true,
        Member::Value(value) => other(name, value),
    };
    walk(input, Object { list: Some(list), member: RefCell::new(member) })?;
    if found { Ok(()) } else { Err(ReadError::malformed(Place::Pointer(format!("/{list}")), "there is no such list")) }
}

/// Calls `member` for each member of each object in the object that the document is, with both names.
pub fn members_of_members(
    input: impl Read,
    mut member: impl FnMut(&str, &str, Place, &RawValue),
) -> Result<(), ReadError> {
    walk(input, Objects { member: RefCell::new(&mut member) })
}

fn walk<'de, R: Read>(input: R, seed: impl DeserializeSeed<'de, Value = ()>) -> Result<(), ReadError> {
    let mut reader = serde_json::Deserializer::from_reader(input);
    let read = seed.deserialize(&mut reader).and_then(|()| reader.end());
    read.map_err(|error| {
        let place = Place::Line(error.line() as u64);
        if error.is_io() { ReadError::of_input(error.into(), place) } else { ReadError::malformed(place, error) }
    })
}

/// A JSON pointer of these names (RFC 6901).
fn pointer(names: &[&str]) -> String {
    names.iter().flat_map(|name| ["/".to_owned(), name.replace('~', "~0").replace('/', "~1")]).collect()
}

enum Member<'v, 'r> {
    List,
    Element(u64, &'v RawValue),
    Value(&'r RawValue),
}

struct Object<F> {
    list: Option<&'static str>,
    member: RefCell<F>,
}

impl<'de, F: FnMut(&str, Member<'_, '_>)> DeserializeSeed<'de> for Object<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(&str, Member<'_, '_>)> Visitor<'de> for Object<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if self.list == Some(name.as_str()) {
                (self.member.borrow_mut())(&name, Member::List);
                map.next_value_seed(List { member: &self.member })?;
            } else {
                let value: Box<RawValue> = map.next_value()?;
                (self.member.borrow_mut())(&name, Member::Value(&value));
            }
        }
        Ok(())
    }
}

struct List<'f, F> {
    member: &'f RefCell<F>,
}

impl<'de, F: FnMut(&str, Member<'_, '_>)> DeserializeSeed<'de> for List<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&str, Member<'_, '_>)> Visitor<'de> for List<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut at = 0;
        while let Some(value) = list.next_element::<Box<RawValue>>()? {
            (self.member.borrow_mut())("", Member::Element(at, &value));
            at += 1;
        }
        Ok(())
    }
}

struct Objects<'f, F> {
    member: RefCell<&'f mut F>,
}

impl<'de, F: FnMut(&str, &str, Place, &RawValue)> DeserializeSeed<'de> for Objects<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(&str, &str, Place, &RawValue)> Visitor<'de> for Objects<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut is_empty = true;
        while let Some(outer) = map.next_key::<String>()? {
            is_empty = false;
            let member = |inner: &str, value: Member<'_, '_>| {
                if let Member::Value(value) = value {
                    let place = Place::Pointer(pointer(&[&outer, inner]));
                    (self.member.borrow_mut())(&outer, inner, place, value);
                }
            };
            map.next_value_seed(Object { list: None, member: RefCell::new(member) })?;
        }
        if is_empty {
            return Err(A::Error::custom("the object is empty"));
        }
        map.next_key::<IgnoredAny>().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_maps_come_in_pieces_with_their_places() {
        let text = br#"{"count": 2, "things": [{"a": 1}, 7], "last": "x"}"#;
        let (mut found, mut others) = (Vec::new(), Vec::new());
        let read = items(
            &text[..],
            "things",
            |place, value| found.push(format!("{place} {value}")),
            |name, value| others.push(format!("{name} {value}")),
        );
        assert!(read.is_ok());
        assert_eq!(found, [r#"/things/0 {"a": 1}"#, "/things/1 7"]);
        assert_eq!(others, ["count 2", r#"last "x""#]);

        let mut places = Vec::new();
        let read = members_of_members(&br#"{"a/b": {"c~d": 1}, "e": {}}"#[..], |_, _, place, _| {
            places.push(place.to_string());
        });
        assert!(read.is_ok());
        assert_eq!(places, ["/a~1b/c~0d"]);
    }

    #[test]
    fn damage_is_named_by_its_line() {
        let refused =
            |text: &str| items(text.as_bytes(), "things", |_, _| {}, |_, _| {}).expect_err("damaged").to_string();
        assert_eq!(refused("{}"), "FEED_MALFORMED: /things: there is no such list");
        assert!(refused("{\n\"things\": [1,").starts_with("FEED_MALFORMED: line 2: EOF"));
        assert!(refused("[]").contains("expected an object"));
        // Deep nesting costs no stack: it is passed over, and then the end lacks.
        assert!(refused(&format!("{{\"things\": {}", "[".repeat(100_000))).contains("EOF"));
    }
}
