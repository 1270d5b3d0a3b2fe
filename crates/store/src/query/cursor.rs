//! Where a page ended: by what its last row was sorted, and its id. Opaque outside.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::QuestionError;
use super::decision::{Cell, CellKind};

/// Valid for the same list in the same order, while rows come and go. Written in letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The order that it belongs to.
    #[serde(rename = "o")]
    pub(super) order: String,
    /// Of the sort keys, and the id last.
    #[serde(rename = "p")]
    pub(super) place: Vec<Cell>,
}

impl Cursor {
    /// Is it one of a list in `order`, whose keys may be null and whose id may not?
    pub(super) fn check(&self, order: &str, kinds: &[CellKind]) -> Result<(), QuestionError> {
        let fits = |(place, (cell, kind)): (usize, (&Cell, &CellKind))| {
            kind.is_of(cell) && is_storable(cell) || (*cell == Cell::Null && place + 1 < kinds.len())
        };
        let is_of_list = self.order == order && self.place.len() == kinds.len();
        let all_fit = self.place.iter().zip(kinds).enumerate().all(fits);
        if is_of_list && all_fit { Ok(()) } else { Err(QuestionError::Cursor) }
    }
}

/// Whoever writes a cursor by hand shall be told so, and not by the database.
fn is_storable(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) => !text.contains('\0'),
        Cell::Instant(at) => (1..=9_998).contains(&TimeZone::UTC.to_datetime(*at).year()),
        Cell::Null | Cell::Int(_) | Cell::Uuid(_) => true,
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| std::fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl std::str::FromStr for Cursor {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, QuestionError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| QuestionError::Cursor)?;
        serde_json::from_slice(&json).map_err(|_| QuestionError::Cursor)
    }
}
