//! Rows as text: CSV by RFC 4180 and JSON (`patch-management.md` 15).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::api::fields::{Field, FieldKind, chosen};

pub(super) enum TextFormat {
    Csv {
        fields: Vec<Field>,
        zone: TimeZone,
    },
    /// Without fields: whole rows.
    Json(Option<Vec<Field>>),
    JsonLines(Option<Vec<Field>>),
}

/// Makes the parts of one file.
pub(super) struct TextWriter {
    format: TextFormat,
    has_head: bool,
    has_rows: bool,
}

impl TextWriter {
    pub(super) const fn new(format: TextFormat) -> Self {
        Self { format, has_head: false, has_rows: false }
    }

    /// The first time with what stands at the head.
    pub(super) fn rows(&mut self, rows: &[Value]) -> Vec<u8> {
        let mut text = String::new();
        if !self.has_head {
            self.has_head = true;
            match &self.format {
                TextFormat::Csv { fields, .. } => {
                    text.push('\u{feff}');
                    line(&mut text, fields.iter().map(|field| field.name.clone()));
                }
                TextFormat::Json(_) => text.push('['),
                TextFormat::JsonLines(_) => {}
            }
        }
        for row in rows {
            match &self.format {
                TextFormat::Csv { fields, zone } => line(&mut text, fields.iter().map(|field| cell(field, row, zone))),
                TextFormat::Json(fields) => {
                    text.push_str(if self.has_rows { ",\n" } else { "\n" });
                    text.push_str(&row_json(row, fields.as_deref()));
                }
                TextFormat::JsonLines(fields) => {
                    text.push_str(&row_json(row, fields.as_deref()));
                    text.push('\n');
                }
            }
            self.has_rows = true;
        }
        text.into_bytes()
    }

    pub(super) const fn end(&self) -> &'static [u8] {
        match self.format {
            TextFormat::Json(_) => b"\n]\n",
            TextFormat::Csv { .. } | TextFormat::JsonLines(_) => b"",
        }
    }
}

fn row_json(row: &Value, fields: Option<&[Field]>) -> String {
    match fields {
        None => row.to_string(),
        Some(fields) => Value::Object(chosen(row, fields)).to_string(),
    }
}

/// Rows end with CR LF.
fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\r', '\n']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

fn cell(field: &Field, row: &Value, zone: &TimeZone) -> String {
    match field.of(row) {
        value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
        value => harmless(shown(value, field.kind, zone)),
    }
}

/// What is text, as people read it: nothing for null, lists joined by `;`, times in the zone.
pub(super) fn shown(value: &Value, kind: FieldKind, zone: &TimeZone) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if kind == FieldKind::Time => in_zone(text, zone),
        Value::String(text) => text.clone(),
        Value::Array(values) if !values.iter().any(|value| value.is_object() || value.is_array()) => {
            values.iter().map(|value| shown(value, FieldKind::Plain, zone)).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}

/// ISO 8601 with the zone's offset at that time.
fn in_zone(text: &str, zone: &TimeZone) -> String {
    match text.parse::<Timestamp>() {
        Ok(time) if *zone != TimeZone::UTC => time.display_with_offset(zone.to_offset(time)).to_string(),
        _ => text.to_owned(),
    }
}

/// A spreadsheet takes what begins like a formula for one: it gets an apostrophe in front.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use fettle_qql::Entity;
    use serde_json::json;

    use super::*;

    fn fields(names: &str) -> Vec<Field> {
        Field::chosen(Entity::Audit, Some(names)).expect("known fields").expect("some")
    }

    fn written(format: TextFormat, pages: &[Vec<Value>]) -> String {
        let mut writer = TextWriter::new(format);
        let mut bytes: Vec<u8> = pages.iter().flat_map(|page| writer.rows(page)).collect();
        bytes.extend(writer.end());
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn a_csv_has_a_mark_a_head_and_harmless_cells() {
        let zone = TimeZone::get("Europe/Oslo").expect("a zone");
        let format = TextFormat::Csv { fields: fields("seq,time,actor,details,objectName"), zone };
        let rows = json!([
            { "seq": -3, "time": "2026-11-28T13:00:00Z", "actor": "=1+1", "details": { "a": 1 }, "objectName": null },
            { "seq": null, "time": "2026-07-01T00:00:00Z", "actor": "say \"x\", or\ny", "details": ["a", 2, null] },
        ]);
        let rows = rows.as_array().expect("rows").clone();
        let expected = "\u{feff}seq,time,actor,details,objectName\r\n\
            -3,2026-11-28T14:00:00+01:00,'=1+1,\"{\"\"a\"\":1}\",\r\n\
            ,2026-07-01T02:00:00+02:00,\"say \"\"x\"\", or\ny\",a;2;,\r\n";
        assert_eq!(written(format, &[rows[..1].to_vec(), rows[1..].to_vec()]), expected);
        let nothing = TextFormat::Csv { fields: fields("seq"), zone: TimeZone::UTC };
        assert_eq!(written(nothing, &[vec![], vec![]]), "\u{feff}seq\r\n");
    }

    #[test]
    fn json_is_one_array_or_a_row_on_each_line() {
        let rows = vec![json!({ "seq": 1, "actor": "ada" }), json!({ "seq": 2, "actor": "ben" })];
        let pages = [rows[..1].to_vec(), Vec::new(), rows[1..].to_vec()];
        let all = written(TextFormat::Json(None), &pages);
        assert_eq!(serde_json::from_str::<Vec<Value>>(&all).expect("JSON"), rows);
        assert_eq!(written(TextFormat::Json(None), &[vec![]]), "[\n]\n");
        let chosen = written(TextFormat::JsonLines(Some(fields("actor"))), &pages);
        assert_eq!(chosen, "{\"actor\":\"ada\"}\n{\"actor\":\"ben\"}\n");
    }
}
