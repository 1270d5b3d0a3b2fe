//! Rows as a workbook (`patch-management.md` 15). Sheets are written row by row to files of their own, which are put together
//! at the end: what is held does not grow with the rows.

use std::path::PathBuf;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde_json::Value;
use tokio::io::AsyncReadExt as _;

use super::pages::Pages;
use super::text::shown;
use crate::api::ask::blocking;
use crate::api::error::ApiError;
use crate::api::fields::Field;
use crate::state::AppState;

const ROWS: u32 = 1_000_000;
const SHEETS: usize = 5;
/// Characters of a cell. What is longer ends with `…`.
const CELL: usize = 32_767;
/// Bytes that are read at once.
const CHUNK: usize = 64 * 1_024;

struct Sheets {
    book: Workbook,
    fields: Vec<Field>,
    zone: TimeZone,
    /// Of one sheet, below the head.
    most_rows: u32,
    /// Of the last sheet.
    rows: u32,
    /// Sheets so far.
    begun: usize,
}

#[derive(Debug, thiserror::Error)]
enum SheetError {
    #[error("a workbook holds {SHEETS} sheets of {ROWS} rows at most; CSV and JSON have no limit")]
    TooManyRows,
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error(transparent)]
    File(#[from] std::io::Error),
}

impl From<SheetError> for ApiError {
    fn from(error: SheetError) -> Self {
        match error {
            SheetError::TooManyRows => Self::new(StatusCode::BAD_REQUEST, "TOO_MANY_ROWS", error.to_string()),
            SheetError::Xlsx(_) | SheetError::File(_) => Self::internal(error),
        }
    }
}

impl Sheets {
    /// Files on the way stand in the directory.
    fn new(fields: Vec<Field>, zone: TimeZone, directory: &PathBuf, most_rows: u32) -> Result<Self, SheetError> {
        let mut book = Workbook::new();
        book.set_tempdir(directory)?;
        let mut sheets = Self { book, fields, zone, most_rows, rows: 0, begun: 0 };
        sheets.add_sheet()?;
        Ok(sheets)
    }

    fn add_sheet(&mut self) -> Result<(), SheetError> {
        if self.begun == SHEETS {
            return Err(SheetError::TooManyRows);
        }
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (column, field) in (0..).zip(&self.fields) {
            sheet.write_string_with_format(0, column, field.name.as_str(), &bold)?;
        }
        self.begun += 1;
        self.rows = 0;
        Ok(())
    }

    fn add(&mut self, rows: &[Value]) -> Result<(), SheetError> {
        for row in rows {
            if self.rows == self.most_rows {
                self.add_sheet()?;
            }
            self.rows += 1;
            let sheet = self.book.worksheet_from_index(self.begun - 1)?;
            for (column, field) in (0..).zip(&self.fields) {
                write(sheet, (self.rows, column), field, row, &self.zone)?;
            }
        }
        Ok(())
    }
}

/// Texts are texts, whatever they begin with: no formula comes of one.
fn write(
    sheet: &mut Worksheet,
    (line, column): (u32, u16),
    field: &Field,
    row: &Value,
    zone: &TimeZone,
) -> Result<(), XlsxError> {
    match field.of(row) {
        Value::Null => {}
        Value::Bool(flag) => {
            sheet.write_boolean(line, column, *flag)?;
        }
        Value::Number(number) if number.as_f64().is_some() => {
            sheet.write_number(line, column, number.as_f64().unwrap_or_default())?;
        }
        value => {
            let mut text = shown(value, field.kind, zone);
            if let Some((end, _)) = text.char_indices().nth(CELL) {
                text.truncate(end);
                text.pop();
                text.push('…');
            }
            sheet.write_string(line, column, text)?;
        }
    }
    Ok(())
}

/// The whole workbook; while it is made nothing is sent.
pub(super) async fn file(
    app: &Arc<AppState>,
    mut pages: Pages,
    first: Vec<Value>,
    fields: Vec<Field>,
    zone: TimeZone,
) -> Result<Body, ApiError> {
    let directory = app.data.clone();
    let mut rows = first;
    let mut sheets = Sheets::new(fields, zone, &directory, ROWS)?;
    loop {
        sheets = blocking(move || sheets.add(&rows).map(|()| sheets)).await??;
        match pages.next().await? {
            Some(page) => rows = page,
            None => break,
        }
    }
    let saved = blocking(move || {
        let mut file = tempfile::tempfile_in(&directory)?;
        sheets.book.save_to_writer(&mut file)?;
        std::io::Seek::rewind(&mut file)?;
        Ok::<_, SheetError>(file)
    });
    let file = tokio::fs::File::from_std(saved.await??);
    let chunks = futures_util::stream::try_unfold(file, async |mut file| {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (Bytes::from(chunk), file)))
    });
    // Compression asks once more after the end.
    Ok(Body::from_stream(chunks.fuse()))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use fettle_qql::Entity;
    use serde_json::json;

    use super::*;

    fn sheets(most_rows: u32) -> Sheets {
        let fields = Field::chosen(Entity::Audit, Some("seq,time,actor,details")).expect("known fields").expect("some");
        Sheets::new(fields, TimeZone::UTC, &std::env::temp_dir(), most_rows).expect("a workbook")
    }

    fn part(book: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).expect("an archive");
        let mut text = String::new();
        archive.by_name(name).expect(name).read_to_string(&mut text).expect("UTF-8");
        text
    }

    #[test]
    fn a_new_sheet_begins_where_one_is_full() {
        let mut sheets = sheets(2);
        let row = |seq: u64| json!({ "seq": seq, "time": "2026-11-28T13:00:00Z", "actor": "=1+1", "details": [1, 2] });
        sheets.add(&[row(1), row(2), row(3)]).expect("rows");
        sheets.add(&[json!({ "seq": null, "actor": "x".repeat(40_000) })]).expect("a long text");
        let book = sheets.book.save_to_buffer().expect("a workbook");
        let (first, second) = (part(&book, "xl/worksheets/sheet1.xml"), part(&book, "xl/worksheets/sheet2.xml"));
        assert!(first.contains("<v>2</v>") && !first.contains("<v>3</v>"), "{first}");
        assert!(first.contains("=1+1") && !first.contains("<f>"), "a text is no formula: {first}");
        assert!(first.contains("1;2") && first.contains("2026-11-28T13:00:00Z"), "{first}");
        assert!(second.contains("<v>3</v>") && second.contains(">seq<"), "each sheet has a head: {second}");
        assert!(second.contains("x…") && !second.contains(&"x".repeat(32_767)), "what is too long ends so");
    }

    #[test]
    fn a_workbook_has_five_sheets() {
        let mut sheets = sheets(1);
        let rows: Vec<_> = (0..5).map(|seq| json!({ "seq": seq })).collect();
        sheets.add(&rows).expect("as many as it holds");
        assert!(matches!(sheets.add(&rows[..1]), Err(SheetError::TooManyRows)));
    }
}
