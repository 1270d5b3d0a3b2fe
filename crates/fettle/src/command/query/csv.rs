//! CSV by RFC 4180: a header row, quotes where they are needed (`patch-management.md` 15).

use std::io::Write as _;

/// Rows end with CR LF. False: the reader went away (`| head`), which is nothing to fail for.
pub(super) fn print(header: Option<&[String]>, rows: &[Vec<String>]) -> bool {
    let mut text = header.map(line).unwrap_or_default();
    for row in rows {
        text.push_str(&line(row));
    }
    std::io::stdout().write_all(text.as_bytes()).is_ok()
}

fn line(cells: &[String]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A spreadsheet takes what begins like a formula for one: it gets an apostrophe in front.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@']);
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_row_is_quoted() {
        let cells = ["plain", "a,b", "say \"x\"", "=1+1", "two\nlines", ""].map(str::to_owned);
        assert_eq!(line(&cells), "plain,\"a,b\",\"say \"\"x\"\"\",'=1+1,\"two\nlines\",\r\n");
    }
}
