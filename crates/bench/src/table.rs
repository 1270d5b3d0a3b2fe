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
    AtLeast(f64),
}

/// Somebody else who did the same in the same run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) figure: f64,
}

impl Table {
    /// A figure in `unit`, what the floor of the same run is, and whether the bar is met. Shown at once, too.
    pub(crate) fn add(&mut self, what: &str, figure: f64, floor: Option<f64>, unit: &str, bar: Bar) {
        let floor = floor.map(|floor| with_unit(floor, unit)).unwrap_or_default();
        self.add_row(what, figure, floor, unit, bar);
    }

    /// The same, beside others instead of a floor.
    pub(crate) fn add_beside(&mut self, what: &str, figure: f64, peers: &[Peer], unit: &str, bar: Bar) {
        let peers = peers.iter().map(|peer| format!("{} {}", peer.name, with_unit(peer.figure, unit)));
        self.add_row(what, figure, peers.collect::<Vec<_>>().join(", "), unit, bar);
    }

    /// What was not measured, and why.
    pub(crate) fn note(&mut self, what: &str, reason: &str) {
        self.push([what.to_owned(), "–".to_owned(), reason.to_owned(), String::new(), String::new()]);
    }

    fn add_row(&mut self, what: &str, figure: f64, beside: String, unit: &str, bar: Bar) {
        let text = |number: f64| with_unit(number, unit);
        let verdict = |is_met: bool| if is_met { "met" } else { "missed" };
        let (bar, verdict) = match bar {
            Bar::None => (String::new(), ""),
            Bar::AtMost(most) => (format!("≤ {}", text(most)), verdict(figure <= most)),
            Bar::AtLeast(least) => (format!("≥ {}", text(least)), verdict(figure >= least)),
        };
        self.push([what.to_owned(), text(figure), beside, bar, verdict.to_owned()]);
    }

    fn push(&mut self, row: [String; 5]) {
        show(&row.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join("  "));
        self.rows.push(row);
    }

    pub(crate) fn print(&self) {
        let mut drawn = Drawn::new();
        drawn.load_preset(comfy_table::presets::UTF8_HORIZONTAL_ONLY);
        drawn.set_header(["", "measured", "floor, or others", "bar", ""]);
        drawn.add_rows(self.rows.clone());
        show(&drawn.to_string());
    }
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
pub(crate) fn show(line: &str) {
    println!("{line}");
}

fn with_unit(number: f64, unit: &str) -> String {
    format!("{} {unit}", decimals(number))
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
