//! `[sla]` in the server's file: days until a patch has to be in, by class.

use fettle_model::sla::SlaDays;
use serde::Deserialize;

use crate::failure::Failure;

const MOST_DAYS: i64 = 3_650;

/// Classes that are not named keep their default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct SlaFile {
    known_exploited: Option<Days>,
    critical: Option<Days>,
    important: Option<Days>,
    moderate: Option<Days>,
    low: Option<Days>,
}

/// 1–3,650, or `"none"`: then nothing of the class is ever overdue.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Days {
    Number(i64),
    Text(String),
}

impl SlaFile {
    pub(super) fn days(&self) -> Result<SlaDays, Failure> {
        let mut sla = SlaDays::default();
        let classes = [
            ("known-exploited", &self.known_exploited, &mut sla.known_exploited),
            ("critical", &self.critical, &mut sla.critical),
            ("important", &self.important, &mut sla.important),
            ("moderate", &self.moderate, &mut sla.moderate),
            ("low", &self.low, &mut sla.low),
        ];
        for (name, given, days) in classes {
            if let Some(given) = given {
                *days = given.read(name)?;
            }
        }
        Ok(sla)
    }
}

impl Days {
    fn read(&self, class: &str) -> Result<Option<u16>, Failure> {
        let shown = match self {
            Self::Text(text) if text == "none" => return Ok(None),
            Self::Text(text) => format!("{text:?}"),
            Self::Number(number) => match u16::try_from(*number) {
                Ok(days) if (1..=MOST_DAYS).contains(number) => return Ok(Some(days)),
                _ => number.to_string(),
            },
        };
        let message = format!("sla.{class} is {shown}: give days from 1 to {MOST_DAYS}, or \"none\"");
        Err(Failure::Argument(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SlaDays, Failure> {
        toml::from_str::<SlaFile>(text).expect("a table").days()
    }

    #[test]
    fn what_is_named_replaces_the_default() {
        let sla = read("critical = 3\nlow = \"none\"").expect("days");
        assert_eq!(sla, SlaDays { critical: Some(3), low: None, ..SlaDays::default() });
        assert_eq!(read("").expect("days"), SlaDays::default());
    }

    #[test]
    fn what_is_no_number_of_days_is_refused_by_name() {
        for (text, shown) in [("critical = 0", "0"), ("critical = 3651", "3651"), ("critical = \"soon\"", "\"soon\"")] {
            let failure = read(text).expect_err("refused").to_text();
            let expected = format!("sla.critical is {shown}: give days from 1 to 3650, or \"none\"");
            assert!(failure.contains(&expected), "{failure}");
        }
    }
}
