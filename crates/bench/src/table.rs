//! The table of results.

use std::time::Duration;

use comfy_table::Table as Drawn;

#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<[String; 5]>,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bar {
    None,
    AtMost(f64),
}

impl Table {
    /// A figure in `unit`, what the floor of the same run is, and whether the bar is met. Shown at once, too.
    pub(crate) fn add(&mut self, what: &str, figure: f64, floor: Option<f64>, unit: &str, bar: Bar) {
        let text = |number: f64| format!("{} {unit}", decimals(number));
        let (bar, verdict) = match bar {
            Bar::None => (String::new(), ""),
            Bar::AtMost(most) => (format!("≤ {}", text(most)), if figure <= most { "met" } else { "missed" }),
        };
        let row = [what.to_owned(), text(figure), floor.map(text).unwrap_or_default(), bar, verdict.to_owned()];
        show(&row.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join("  "));
        self.rows.push(row);
    }

    pub(crate) fn print(&self) {
        let mut drawn = Drawn::new();
        drawn.load_preset(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
        drawn.set_header(["", "measured", "floor", "bar", ""]);
        drawn.add_rows(self.rows.clone());
        show(&drawn.to_string());
    }
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
pub(crate) fn show(line: &str) {
    println!("{line}");
}

fn decimals(number: f64) -> String {
    match number {
        number if number >= 100.0 => format!("{number:.0}"),
        number if number >= 10.0 => format!("{number:.1}"),
        number => format!("{number:.2}"),
    }
}

pub(crate) const fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub(crate) const fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}
