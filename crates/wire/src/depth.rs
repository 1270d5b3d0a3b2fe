//! Nesting of a JSON text, counted before it is parsed.

/// True when `json` nests arrays and objects at most `limit` levels deep. Linear time, no memory; says nothing about
/// whether the text is otherwise JSON.
pub fn is_within(json: &[u8], limit: usize) -> bool {
    let mut depth = 0usize;
    let mut in_text = false;
    let mut escaped = false;
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'[' | b'{') => {
                depth += 1;
                if depth > limit {
                    return false;
                }
            }
            (false, b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_does_not_count() {
        assert!(is_within(br#"{"a":["[[[[\"[[[["]}"#, 2));
        assert!(!is_within(br"[[[1]]]", 2));
        assert!(!is_within("[".repeat(100_000).as_bytes(), 16));
    }
}
