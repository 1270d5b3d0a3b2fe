//! What text Fettle takes: bounded, and without control characters.

/// Longest text of an inventory field, in characters (`agent.md` 3.1).
pub const MAX_TEXT: usize = 4_096;

/// True when `text` may stand in an inventory: no control characters, at most [`MAX_TEXT`] characters.
pub fn is_clean(text: &str) -> bool {
    text.len() <= MAX_TEXT * 4 && !text.chars().any(char::is_control) && text.chars().count() <= MAX_TEXT
}

/// `text` without control characters other than newline, trimmed, cut to `max` characters.
pub fn cleaned(text: &str, max: usize) -> String {
    text.trim().chars().filter(|c| !c.is_control() || *c == '\n').take(max).collect()
}
