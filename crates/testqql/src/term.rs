//! What stands behind a token's name: an operand that its kind takes, near the values that things have.

use std::net::IpAddr;

use fettle_qql::text::words;
use fettle_qql::token::{Kind, Ranking, TokenDefinition};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use uuid::Uuid;

const COMPARISONS: [&str; 4] = [">", ">=", "<", "<="];

/// The colon or comparison, and the values.
pub(crate) fn operand(rng: &mut StdRng, token: &TokenDefinition, samples: &[String]) -> String {
    match token.kind {
        Kind::Text => list_or_one(rng, |rng| text_value(rng, samples)),
        Kind::Keyword => list_or_one(rng, |rng| keyword_value(rng, samples)),
        Kind::Enum(enumeration) if enumeration.ranking == Ranking::Ranked && rng.random_ratio(1, 3) => {
            let value = quoted(pick(rng, enumeration.values));
            format!("{}{}", pick(rng, &COMPARISONS), cased(rng, &value))
        }
        Kind::Enum(enumeration) => list_or_one(rng, |rng| {
            let value = quoted(pick(rng, enumeration.values));
            cased(rng, &value)
        }),
        Kind::Bool => format!(":{}", pick(rng, &["true", "false", "TRUE"])),
        Kind::Int => ordered(rng, |rng| {
            let near: i64 = sample(rng, samples).and_then(|text| text.parse().ok()).unwrap_or(3);
            near.saturating_add(rng.random_range(-1..=1))
        }),
        Kind::Float => ordered(rng, |rng| {
            let near: f64 = sample(rng, samples).and_then(|text| text.parse().ok()).unwrap_or(5.0);
            OrderedFloat(near + *[-0.5, 0.0, 0.0, 0.25].choose(rng).expect("four"))
        }),
        Kind::Version(_) => version(rng, samples),
        Kind::Uuid => list_or_one(rng, |rng| {
            let known = sample(rng, samples).and_then(|text| text.parse::<Uuid>().ok());
            let value = known.unwrap_or_else(|| Uuid::from_u128(rng.random())).to_string();
            cased(rng, &value)
        }),
        Kind::Date => date(rng, samples),
        Kind::Address => address(rng, samples),
        Kind::Related(..) | Kind::Elements => unreachable!("groups have no operand"),
    }
}

/// A word, some words or a phrase, as free text.
pub(crate) fn free_text(rng: &mut StdRng, samples: &[String]) -> String {
    text_value(rng, samples)
}

/// In double quotes, with what has to be escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn exact(text: &str) -> String {
    format!("`{}`", text.replace('\\', "\\\\").replace('`', "\\`"))
}

fn pick<'a>(rng: &mut StdRng, from: &[&'a str]) -> &'a str {
    from.choose(rng).copied().expect("there is one at least")
}

fn sample<'a>(rng: &mut StdRng, samples: &'a [String]) -> Option<&'a str> {
    samples.choose(rng).map(String::as_str)
}

fn list_or_one(rng: &mut StdRng, mut value: impl FnMut(&mut StdRng) -> String) -> String {
    if rng.random_ratio(1, 4) {
        let length = rng.random_range(1..=3);
        let values: Vec<_> = (0..length).map(|_| value(rng)).collect();
        format!(":[{}]", values.join(","))
    } else {
        format!(":{}", value(rng))
    }
}

/// In capitals, in small letters, or as it is.
fn cased(rng: &mut StdRng, text: &str) -> String {
    match rng.random_range(0..4) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

/// Words that can be written without quotes.
fn plain_words(text: &str) -> Vec<&str> {
    let is_keyword = |word: &&str| !["and", "or", "not", "is", "null"].contains(&word.to_lowercase().as_str());
    words(text).filter(is_keyword).collect()
}

fn text_value(rng: &mut StdRng, samples: &[String]) -> String {
    let text = sample(rng, samples).unwrap_or("web 01").to_owned();
    let plain = plain_words(&text);
    let one = plain.choose(rng).copied().unwrap_or("web");
    match rng.random_range(0..9) {
        0 => "*".to_owned(),
        1 => exact(&text),
        2 => quoted(&text),
        3 => {
            let from = rng.random_range(0..plain.len().max(1));
            let some: Vec<_> = plain.iter().skip(from).take(rng.random_range(1..=2)).copied().collect();
            if some.is_empty() { quoted(one) } else { quoted(&some.join("-")) }
        }
        4 => format!("{one} {}", sample(rng, samples).and_then(|text| plain_words(text).pop()).unwrap_or("db")),
        5 | 6 => wildcards(rng, one),
        7 if plain.len() > 1 => format!("{}-{}", plain[0], wildcards(rng, plain[1])),
        _ => cased(rng, one),
    }
}

fn keyword_value(rng: &mut StdRng, samples: &[String]) -> String {
    let text = sample(rng, samples).unwrap_or("debian_12").to_owned();
    match rng.random_range(0..6) {
        0 => "*".to_owned(),
        1 => exact(&text),
        2 => quoted(&cased(rng, &text)),
        3 | 4 => match plain_words(&text).first() {
            Some(first) => format!("{first}*"),
            None => quoted(&text),
        },
        _ => wildcards(rng, plain_words(&text).last().copied().unwrap_or("deb")),
    }
}

/// Part of the word, with `*` or `?` in it; never a lone `*`.
fn wildcards(rng: &mut StdRng, word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let at = rng.random_range(0..letters.len().max(1));
    let (before, after): (String, String) = (letters[..at].iter().collect(), letters[at..].iter().collect());
    let after_one: String = letters.iter().skip(at + 1).collect();
    let (first, last) = (letters.first().copied().unwrap_or('w'), letters.last().copied().unwrap_or('w'));
    match rng.random_range(0..6) {
        0 => format!("{first}{}*", before.chars().skip(1).collect::<String>()),
        1 => format!("*{last}"),
        2 => format!("*{after}*"),
        3 => format!("{before}?{after_one}"),
        4 => format!("{first}*{last}"),
        _ => format!("?{}*", letters.iter().skip(1).take(at).collect::<String>()),
    }
}

/// A number that prints so that it is read again.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct OrderedFloat(f64);

impl std::fmt::Display for OrderedFloat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

fn ordered<T: PartialOrd + ToString>(rng: &mut StdRng, mut value: impl FnMut(&mut StdRng) -> T) -> String {
    match rng.random_range(0..6) {
        0 | 1 => format!("{}{}", pick(rng, &COMPARISONS), value(rng).to_string()),
        2 => {
            let values: Vec<_> = (0..rng.random_range(1..=3)).map(|_| value(rng).to_string()).collect();
            format!(":[{}]", values.join(","))
        }
        3 | 4 => {
            let (a, b) = (value(rng), value(rng));
            let (low, high) = if a <= b { (a, b) } else { (b, a) };
            range(rng, &low.to_string(), &high.to_string())
        }
        _ => format!("{}{}", pick(rng, &[":", "="]), value(rng).to_string()),
    }
}

/// Both ends may be open, in it or left out.
fn range(rng: &mut StdRng, low: &str, high: &str) -> String {
    let low = if rng.random_ratio(1, 6) { "*" } else { low };
    let high = if rng.random_ratio(1, 6) { "*" } else { high };
    format!(":{}{low} .. {high}{}", pick(rng, &["[", "("]), pick(rng, &["]", ")"]))
}

/// Ends of a range are not put in order here: whose order it is, only the thing knows.
fn version(rng: &mut StdRng, samples: &[String]) -> String {
    let is_version =
        |text: &&str| text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains(char::is_whitespace);
    let value = quoted(sample(rng, samples).filter(is_version).unwrap_or("1.2.3"));
    match rng.random_range(0..3) {
        0 => format!(":{value}"),
        1 => range(rng, &value, "*"),
        _ => format!("{}{value}", pick(rng, &COMPARISONS)),
    }
}

fn date(rng: &mut StdRng, samples: &[String]) -> String {
    match rng.random_range(0..7) {
        0 => format!("{}{}", pick(rng, &COMPARISONS), pick(rng, &["now", "now-7d", "now-1M/M", "now/d", "now+2h"])),
        1 => range(rng, "now-1w/w", "now/d"),
        2 | 3 => {
            let (a, b) = (instant(rng, samples), instant(rng, samples));
            let (low, high) = (a.min(b), a.max(b));
            // The same precision at both ends keeps them in order.
            let form = rng.random_range(0..4);
            range(rng, &written(low, form), &written(high, form))
        }
        4 => {
            let form = rng.random_range(0..7);
            format!(":{}", written(instant(rng, samples), form))
        }
        _ => {
            let form = rng.random_range(0..7);
            format!("{}{}", pick(rng, &COMPARISONS), written(instant(rng, samples), form))
        }
    }
}

fn instant(rng: &mut StdRng, samples: &[String]) -> Timestamp {
    let near = sample(rng, samples).and_then(|text| text.parse().ok());
    let near: Timestamp = near.unwrap_or_else(|| "2026-11-20T12:00:00Z".parse().expect("a time"));
    let shift = *[0, 0, 0, 1, -1, 3_600, -86_400].choose(rng).expect("seven");
    near.checked_add(SignedDuration::from_secs(shift)).unwrap_or(near)
}

fn written(at: Timestamp, form: u32) -> String {
    let at = TimeZone::UTC.to_datetime(at);
    match form {
        0 => at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        1 => at.strftime("%Y-%m-%dT%H:%MZ").to_string(),
        2 => at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        3 => at.strftime("%Y-%m-%d").to_string(),
        4 => at.strftime("%Y-%m").to_string(),
        5 => at.strftime("%Y").to_string(),
        _ => at.strftime("%Y-%m-%dT%H:%M").to_string(),
    }
}

fn address(rng: &mut StdRng, samples: &[String]) -> String {
    let one = |rng: &mut StdRng| {
        let known = sample(rng, samples).and_then(|text| text.parse::<IpAddr>().ok());
        known.unwrap_or_else(|| IpAddr::from([10, 0, 0, rng.random_range(0..4)]))
    };
    let address = one(rng);
    match rng.random_range(0..5) {
        0 => format!("{}{address}", pick(rng, &COMPARISONS)),
        1 | 2 => {
            let longest = if address.is_ipv4() { 32 } else { 128 };
            format!(":{address}/{}", rng.random_range(0..=longest))
        }
        3 => {
            let other = one(rng);
            let other = if other.is_ipv4() == address.is_ipv4() { other } else { address };
            range(rng, &address.min(other).to_string(), &address.max(other).to_string())
        }
        _ => format!(":{address}"),
    }
}
