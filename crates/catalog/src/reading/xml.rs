//! XML as a stream of records: small trees out of a large file.
//!
//! A document type or an entity of its own is refused, depth and size of a record are bounded. What a single record has
//! wrong (a bare `&`, say) spoils that record alone.

use std::io::{BufRead, BufReader, Cursor};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Place, ReadError};

const MAX_DEPTH: usize = 64;
/// Bytes of names, values and text in one record.
const MAX_RECORD: usize = 16 << 20;

/// An element with everything below it, or, for the root, with its attributes alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Self>,
    pub text: String,
    /// Bytes from the start of the file to behind the start tag.
    pub offset: u64,
    /// What is wrong in this element or below it.
    pub flaw: Option<&'static str>,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Text of a child, trimmed; none if it is empty or not there.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    pub fn place(&self) -> Place {
        Place::Offset(self.offset)
    }

    fn size(&self) -> usize {
        let attributes: usize = self.attributes.iter().map(|(name, value)| name.len() + value.len()).sum();
        // What the tree itself takes counts too: millions of empty elements are large.
        size_of::<Self>() + self.name.len() + self.text.len() + attributes
    }
}

/// Calls `record` for each element that is `wanted` (names of its parent and of itself), as a tree. Returns the root
/// with its attributes alone.
pub fn records(
    input: impl BufRead,
    wanted: impl Fn(&str, &str) -> bool,
    mut record: impl FnMut(&str, Element),
) -> Result<Element, ReadError> {
    let mut input = unicode(input)?;
    let mut reader = Reader::from_reader(&mut *input);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().allow_dangling_amp = true;
    let mut walk = Walk::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|error| of_reader(error, reader.buffer_position()))?;
        let offset = reader.buffer_position();
        match event {
            Event::DocType(_) => {
                return Err(ReadError::malformed(Place::Offset(offset), "a document type is not accepted"));
            }
            Event::Start(start) => walk.start(element(&start, offset), &wanted)?,
            Event::End(_) => {
                if let Some((parent, element)) = walk.end() {
                    record(&parent, element);
                }
            }
            Event::Text(text) => match text.decode() {
                Ok(text) if !text.contains('&') => walk.text(&text)?,
                Ok(_) => walk.flaw("a bare `&`"),
                Err(_) => walk.flaw("text that is not UTF-8"),
            },
            Event::CData(data) => match data.decode() {
                Ok(text) => walk.text(&text)?,
                Err(_) => walk.flaw("text that is not UTF-8"),
            },
            Event::GeneralRef(reference) => match character(&reference) {
                Some(character) => walk.text(character.encode_utf8(&mut [0; 4]))?,
                None => walk.flaw("an entity that XML does not define"),
            },
            Event::Eof => return walk.finish(offset),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Empty(_) => {}
        }
    }
}

/// Elements that are open: first those above records, by name, then the record with its open descendants.
#[derive(Default)]
struct Walk {
    root: Option<Element>,
    above: Vec<String>,
    record: Vec<Element>,
    size: usize,
}

impl Walk {
    fn start(&mut self, element: Element, wanted: impl Fn(&str, &str) -> bool) -> Result<(), ReadError> {
        if self.above.len() + self.record.len() >= MAX_DEPTH {
            return Err(ReadError::malformed(element.place(), format_args!("more than {MAX_DEPTH} elements deep")));
        }
        let parent = self.above.last().map_or("", String::as_str);
        if !self.record.is_empty() || wanted(parent, &element.name) {
            self.grow(element.size())?;
            self.record.push(element);
            return Ok(());
        }
        self.above.push(element.name.clone());
        if self.root.is_none() {
            self.root = Some(element);
        }
        Ok(())
    }

    /// The record that ends here, with its parent's name.
    fn end(&mut self) -> Option<(String, Element)> {
        let Some(element) = self.record.pop() else {
            self.above.pop();
            return None;
        };
        if let Some(parent) = self.record.last_mut() {
            parent.flaw = parent.flaw.or(element.flaw);
            parent.children.push(element);
            return None;
        }
        self.size = 0;
        Some((self.above.last().cloned().unwrap_or_default(), element))
    }

    fn text(&mut self, text: &str) -> Result<(), ReadError> {
        self.grow(if self.record.is_empty() { 0 } else { text.len() })?;
        if let Some(element) = self.record.last_mut() {
            element.text.push_str(text);
        }
        Ok(())
    }

    fn flaw(&mut self, flaw: &'static str) {
        if let Some(element) = self.record.last_mut() {
            element.flaw = Some(flaw);
        }
    }

    fn grow(&mut self, size: usize) -> Result<(), ReadError> {
        self.size += size;
        if self.size > MAX_RECORD {
            return Err(ReadError::TooLarge { what: "in one record", limit: MAX_RECORD as u64 });
        }
        Ok(())
    }

    fn finish(self, offset: u64) -> Result<Element, ReadError> {
        let open = self.record.last().map(|element| &element.name).or_else(|| self.above.last());
        if let Some(name) = open {
            return Err(ReadError::malformed(Place::Offset(offset), format_args!("the file ends inside `{name}`")));
        }
        self.root.ok_or_else(|| ReadError::malformed(Place::Offset(offset), "there is no element"))
    }
}

fn element(start: &BytesStart<'_>, offset: u64) -> Element {
    let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    let mut element = Element { name, offset, ..Element::default() };
    for attribute in start.attributes() {
        let value = attribute.ok().and_then(|attribute| {
            let name = String::from_utf8(attribute.key.as_ref().to_vec()).ok()?;
            Some((name, attribute.unescape_value().ok()?.into_owned()))
        });
        match value {
            Some(value) => element.attributes.push(value),
            None => element.flaw = Some("an attribute that cannot be read"),
        }
    }
    element
}

/// One of the five entities that XML defines, or a character by its number.
fn character(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match &**reference {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        _ => None,
    }
}

fn of_reader(error: quick_xml::Error, offset: u64) -> ReadError {
    match error {
        quick_xml::Error::Io(error) => {
            let error = std::io::Error::new(error.kind(), error);
            of_shared(error, offset)
        }
        other => ReadError::malformed(Place::Offset(offset), other),
    }
}

/// quick-xml shares errors of input; the limit of [`super::Bounded`] must still be known behind it.
fn of_shared(error: std::io::Error, offset: u64) -> ReadError {
    let mut cause = error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(found) = cause {
        if let Some(limit) = found.downcast_ref::<super::bounded::LimitReached>() {
            return ReadError::TooLarge { what: limit.what, limit: limit.limit };
        }
        let inner = found
            .downcast_ref::<std::sync::Arc<std::io::Error>>()
            .and_then(|shared| shared.get_ref())
            .map(|inner| inner as &(dyn std::error::Error + 'static));
        cause = inner.or_else(|| found.source());
    }
    ReadError::of_input(error, Place::Offset(offset))
}

/// UTF-16 with a byte order mark is turned into UTF-8; all else is UTF-8 or wrong.
fn unicode<'a>(mut input: impl BufRead + 'a) -> Result<Box<dyn BufRead + 'a>, ReadError> {
    let start = input.fill_buf().map_err(|error| ReadError::of_input(error, Place::Offset(0)))?;
    if !matches!(start, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Ok(Box::new(BufReader::new(input)));
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|error| ReadError::of_input(error, Place::Offset(0)))?;
    let (text, _, is_damaged) = encoding_rs::UTF_16LE.decode(&bytes);
    if is_damaged {
        return Err(ReadError::malformed(Place::Offset(0), "UTF-16 that cannot be read"));
    }
    Ok(Box::new(Cursor::new(text.into_owned().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::super::Bounded;
    use super::*;

    fn read(text: &[u8]) -> Result<Vec<Element>, ReadError> {
        let mut found = Vec::new();
        records(text, |parent, name| parent == "list" && name == "item", |_, element| found.push(element))?;
        Ok(found)
    }

    #[test]
    fn records_are_trees_and_flaws_stay_in_theirs() {
        let text = br#"<?xml version="1.0"?><list a="1"><x/><item id="1"><b>&lt;&#65;</b></item><item id="2">a & b</item><item id="3">&who;</item></list>"#;
        let found = read(text).expect("XML");
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].attribute("id"), Some("1"));
        assert_eq!(found[0].text_of("b"), Some("<A"));
        assert_eq!(
            [found[0].flaw, found[1].flaw, found[2].flaw],
            [None, Some("a bare `&`"), Some("an entity that XML does not define")]
        );
    }

    #[test]
    fn utf_16_is_read() {
        let text: Vec<u8> = "\u{feff}<list><item id='ä'/></list>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&text).expect("XML")[0].attribute("id"), Some("ä"));
    }

    #[test]
    fn hostile_files_are_refused_with_the_place() {
        let refused = |text: &[u8]| read(text).expect_err("hostile").to_string();
        assert!(refused(b"<!DOCTYPE list [<!ENTITY a \"b\">]><list/>").contains("a document type is not accepted"));
        assert_eq!(refused(b"<list><item>"), "FEED_MALFORMED: offset 12: the file ends inside `item`");
        assert!(refused(b"<list><item></list>").starts_with("FEED_MALFORMED: offset"));
        assert!(refused("<a>".repeat(65).as_bytes()).contains("more than 64 elements deep"));
        assert!(refused(b"").contains("there is no element"));
        let wide = format!("<list><item>{}</item></list>", "<a/>".repeat(200_000));
        assert!(refused(wide.as_bytes()).starts_with("FEED_TOO_LARGE"));
    }

    #[test]
    fn the_limit_of_the_input_is_named() {
        let text = format!("<list>{}</list>", "<item/>".repeat(1_000));
        let input = BufReader::new(Bounded::new(text.as_bytes(), 500, "unpacked"));
        let error = records(input, |_, _| false, |_, _| {}).expect_err("too large");
        assert_eq!(error.to_string(), "FEED_TOO_LARGE: more than 500 bytes, unpacked");
    }
}
