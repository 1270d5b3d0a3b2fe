//! Nesting of a JSON text, counted before it is parsed.

/// True when `json` nests arrays and objects at most `limit` levels deep. Linear time, no memory; says nothing about
/// whether the text is otherwise JSON.
pub fn is_within(json: &[u8], limit: usize) -> bool {
    let mut depth = 0usize;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => bytes = behind_text(bytes.as_slice()).iter(),
            b'[' | b'{' => {
                depth += 1;
                if depth > limit {
                    return false;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

/// What follows the quote that ends a text. Nearly all of a message is texts, so they are passed over at once.
fn behind_text(mut text: &[u8]) -> &[u8] {
    while let Some(at) = memchr::memchr2(b'"', b'\\', text) {
        let is_end = text[at] == b'"';
        // A backslash takes the sign behind it with it.
        text = text.get(at + if is_end { 1 } else { 2 }..).unwrap_or_default();
        if is_end {
            return text;
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_does_not_count() {
        assert!(is_within(br#"{"a":["[[[[\"[[[["]}"#, 2));
        assert!(is_within(br#"["ends in a backslash\\",[1]]"#, 2));
        assert!(!is_within(br#"["ends in a backslash\\",[[1]]]"#, 2));
        assert!(is_within(br#"["open [[[["#, 1) && is_within(br#"["open \"#, 1));
        assert!(!is_within(br"[[[1]]]", 2));
        assert!(!is_within("[".repeat(100_000).as_bytes(), 16));
    }
}
