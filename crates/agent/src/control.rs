//! Debian control files (deb822): paragraphs of `Name: value` with continuation lines, as dpkg's status, Release files
//! and apt's own answers have them.

use std::io::{self, BufRead};

/// One paragraph, holding the fields that were asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Paragraph(Vec<(String, String)>);

impl Paragraph {
    /// The field's value without its name; continuation lines are joined by U+000A.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Calls `each` with every paragraph of `reader`, in order. Fields that are not `wanted` are skipped without being
/// kept, so that a status file of many megabytes costs little memory. Bytes that are no UTF-8 are replaced.
pub fn read(mut reader: impl BufRead, wanted: &[&str], mut each: impl FnMut(&Paragraph)) -> io::Result<()> {
    let mut paragraph = Paragraph::default();
    let mut keeping = false;
    let mut line = Vec::new();
    loop {
        line.clear();
        let end = reader.read_until(b'\n', &mut line)? == 0;
        let text = line.trim_ascii_end();
        if text.is_empty() {
            if !paragraph.is_empty() {
                each(&paragraph);
                paragraph.0.clear();
            }
            keeping = false;
            if end {
                return Ok(());
            }
        } else if text[0] == b' ' || text[0] == b'\t' {
            if let (true, Some((_, value))) = (keeping, paragraph.0.last_mut()) {
                value.push('\n');
                value.push_str(String::from_utf8_lossy(text.trim_ascii()).as_ref());
            }
        } else {
            keeping = false;
            if let Some(colon) = text.iter().position(|byte| *byte == b':') {
                let (name, value) = (&text[..colon], text[colon + 1..].trim_ascii());
                if let Some(name) = wanted.iter().find(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes())) {
                    paragraph.0.push(((*name).to_owned(), String::from_utf8_lossy(value).into_owned()));
                    keeping = true;
                }
            }
        }
    }
}

/// The paragraphs of a text that is in memory already.
pub fn paragraphs(text: &str, wanted: &[&str]) -> Vec<Paragraph> {
    let mut all = Vec::new();
    read(text.as_bytes(), wanted, |paragraph| all.push(Paragraph(paragraph.0.clone())))
        .expect("reading from memory does not fail");
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuation_lines_belong_to_the_field_above() {
        let text = "Package: a\nDescription: one\n two\n .\nDepends: b,\n c\n\n\nPackage: d\nJunk\n";
        let read = paragraphs(text, &["Package", "Depends"]);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].get("depends"), Some("b,\nc"));
        assert_eq!(read[0].get("Description"), None);
        assert_eq!(read[1].get("Package"), Some("d"));
    }
}
