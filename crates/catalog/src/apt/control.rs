//! Paragraphs of `Field: value` lines, as in Packages, Release and dpkg's database (deb822(5)), read one at a time.

use std::io::{self, BufRead, Read as _};

/// Longest line and longest paragraph that are taken, in bytes.
const MAX_LINE: u64 = 1 << 20;
const MAX_PARAGRAPH: usize = 16 << 20;

#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    #[error("line {line} cannot be read")]
    Read { line: usize, source: io::Error },
    #[error("line {line} is longer than {MAX_LINE} bytes, or its paragraph than {MAX_PARAGRAPH}")]
    TooLong { line: usize },
    #[error("line {line} is no `Field: value` and continues none")]
    Malformed { line: usize },
}

/// One paragraph: fields in their order. Names are compared without case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paragraph {
    fields: Vec<(String, String)>,
}

impl Paragraph {
    /// The first line of a field's value, or the whole of a folded one with its lines joined by newlines.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

/// Reads paragraph after paragraph in bounded memory.
#[derive(Debug)]
pub struct Paragraphs<R> {
    input: R,
    line: usize,
}

impl<R: BufRead> Paragraphs<R> {
    pub const fn new(input: R) -> Self {
        Self { input, line: 0 }
    }

    /// The number of the last line that was read, for messages.
    pub const fn line(&self) -> usize {
        self.line
    }

    fn next_line(&mut self, buffer: &mut Vec<u8>) -> Result<bool, ControlError> {
        buffer.clear();
        self.line += 1;
        let line = self.line;
        let read = (&mut self.input)
            .take(MAX_LINE + 1)
            .read_until(b'\n', buffer)
            .map_err(|source| ControlError::Read { line, source })?;
        if read as u64 > MAX_LINE {
            return Err(ControlError::TooLong { line });
        }
        Ok(read > 0)
    }

    fn read(&mut self) -> Result<Option<Paragraph>, ControlError> {
        let mut paragraph = Paragraph::default();
        let mut buffer = Vec::new();
        let mut size = 0;
        while self.next_line(&mut buffer)? {
            let text = String::from_utf8_lossy(&buffer);
            let text = text.trim_end();
            size += text.len();
            if size > MAX_PARAGRAPH {
                return Err(ControlError::TooLong { line: self.line });
            }
            if text.is_empty() {
                if paragraph.is_empty() {
                    continue;
                }
                break;
            }
            if text.starts_with([' ', '\t']) {
                let Some((_, value)) = paragraph.fields.last_mut() else {
                    return Err(ControlError::Malformed { line: self.line });
                };
                value.push('\n');
                value.push_str(text.trim());
            } else {
                let (name, value) = text.split_once(':').ok_or(ControlError::Malformed { line: self.line })?;
                paragraph.fields.push((name.to_owned(), value.trim().to_owned()));
            }
        }
        Ok((!paragraph.is_empty()).then_some(paragraph))
    }
}

impl<R: BufRead> Iterator for Paragraphs<R> {
    type Item = Result<Paragraph, ControlError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_values_and_blank_lines() {
        let text = "Package: a\nDescription: short\n long\n .\nVersion: 1\n\n\nPackage: b\n";
        let read: Vec<_> = Paragraphs::new(text.as_bytes()).collect::<Result<_, _>>().expect("paragraphs");
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].field("description"), Some("short\nlong\n."));
        assert_eq!(read[1].field("Package"), Some("b"));
    }

    #[test]
    fn nonsense_is_named_by_its_line() {
        let error = Paragraphs::new("Package: a\nnonsense\n".as_bytes()).next().expect("one").expect_err("wrong");
        assert_eq!(error.to_string(), "line 2 is no `Field: value` and continues none");
    }
}
