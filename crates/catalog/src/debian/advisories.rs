//! The lists of DSA and DLA (`data/DSA/list` of the security tracker): heads at the margin, what belongs to them indented.

use std::io::BufRead;

use fettle_model::version::Scheme;
use jiff::civil::Date;

use crate::cve;
use crate::reading::{Bounded, Place, ReadError, Report};

/// Largest list, unpacked, in bytes.
pub const MAX_UNPACKED: u64 = 16_000_000;

/// One advisory, `-2` and later being revisions of `-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// `DSA-5380-1`, `DLA-3380-1`.
    pub id: String,
    pub date: Date,
    /// None for announcements, such as the end of a release.
    pub package: Option<String>,
    pub title: String,
    pub cves: Vec<String>,
    pub fixes: Vec<Fix>,
    /// Of its head, counted from 1.
    pub line: u64,
}

/// The source version that fixes the advisory in one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Code name: `bookworm`.
    pub release: String,
    pub source: String,
    pub version: String,
}

/// Calls `each` for every advisory of the list, in its order.
pub fn read(input: impl BufRead, mut each: impl FnMut(Advisory)) -> Result<Report, ReadError> {
    let mut list = List::default();
    let mut input = std::io::BufReader::new(Bounded::new(input, MAX_UNPACKED, "unpacked"));
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        let count =
            input.read_until(b'\n', &mut bytes).map_err(|error| ReadError::of_input(error, Place::Line(number)))?;
        if count == 0 {
            break;
        }
        number += 1;
        match std::str::from_utf8(&bytes) {
            Ok(line) => list.line(line.trim_end(), number, &mut each),
            Err(_) => list.report.dropped.add(Place::Line(number), "a line that is not UTF-8", ""),
        }
    }
    list.close(&mut each);
    if list.report.read.is_empty() {
        return Err(ReadError::malformed(Place::Whole, "there is no advisory"));
    }
    list.report.accept("advisories")?;
    Ok(list.report)
}

#[derive(Default)]
struct List {
    report: Report,
    open: Option<Advisory>,
    /// Within `{…}`, which may go over several lines.
    in_cves: bool,
}

impl List {
    fn line(&mut self, line: &str, number: u64, each: &mut impl FnMut(Advisory)) {
        let place = Place::Line(number);
        if line.starts_with('[') {
            self.close(each);
            match head(line, number) {
                Some(advisory) => self.open = Some(advisory),
                None => self.report.dropped.add(place, "a head that is no `[date] id package - title`", line),
            }
            return;
        }
        let text = line.trim_start();
        let Some(advisory) = &mut self.open else {
            // What belongs to a head that was dropped, or to none.
            if !text.is_empty() {
                self.report.warnings.add(place, "a line without a head", text);
            }
            return;
        };
        if self.in_cves || text.starts_with('{') {
            self.in_cves = !text.contains('}');
            let names = text.split(['{', '}', ' ', '\t']).filter(|name| !name.is_empty());
            for name in names {
                match cve::normal(name) {
                    Some(cve) => advisory.cves.push(cve),
                    None => self.report.warnings.add(place.clone(), "an identifier that is no CVE", name),
                }
            }
        } else if text.starts_with('[') {
            match fix(text) {
                Ok(fix) => {
                    self.report.count("releaseLines");
                    advisory.fixes.push(fix);
                }
                Err(Unfixed::State) => self.report.warnings.add(place, "a release without a fixed version", text),
                Err(Unfixed::Unreadable) => {
                    self.report.dropped.add(place, "a line that is no `[release] - source version`", text);
                }
            }
        } else if !text.is_empty() && !text.starts_with("NOTE") {
            self.report.warnings.add(place, "a line of an unknown kind", text);
        }
    }

    fn close(&mut self, each: &mut impl FnMut(Advisory)) {
        self.in_cves = false;
        if let Some(advisory) = self.open.take() {
            self.report.count("advisories");
            each(advisory);
        }
    }
}

/// `[29 Mar 2023] DSA-5380-1 xorg-server - security update`, or with words alone behind the id.
fn head(line: &str, number: u64) -> Option<Advisory> {
    let (date, rest) = line.strip_prefix('[')?.split_once(']')?;
    let date = Date::strptime("%d %b %Y", date.trim()).ok()?;
    let (id, rest) = rest.trim().split_once(char::is_whitespace)?;
    let is_id = ["DSA-", "DLA-"].iter().any(|prefix| id.strip_prefix(prefix).is_some_and(is_number_and_revision));
    if !is_id {
        return None;
    }
    let (package, title) = match rest.split_once(" - ") {
        Some((package, title)) => (Some(package.trim().to_owned()), title),
        None => (None, rest),
    };
    let title = title.trim().to_owned();
    Some(Advisory { id: id.to_owned(), date, package, title, cves: Vec::new(), fixes: Vec::new(), line: number })
}

/// `5380-1`; the oldest have no revision.
fn is_number_and_revision(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').map_or_else(|| is_number(text), |(number, revision)| is_number(number) && is_number(revision))
}

enum Unfixed {
    /// `<not-affected>`, `<end-of-life>`, `<unfixed>`.
    State,
    Unreadable,
}

/// `[bullseye] - xorg-server 2:1.20.11-1+deb11u6`.
fn fix(text: &str) -> Result<Fix, Unfixed> {
    let (release, rest) = text[1..].split_once(']').ok_or(Unfixed::Unreadable)?;
    let mut words = rest.trim().strip_prefix('-').ok_or(Unfixed::Unreadable)?.split_whitespace();
    let (source, version) = words.next().zip(words.next()).ok_or(Unfixed::Unreadable)?;
    if version.starts_with('<') {
        return Err(Unfixed::State);
    }
    if release.is_empty() || Scheme::Dpkg.parse(version).is_err() {
        return Err(Unfixed::Unreadable);
    }
    Ok(Fix { release: release.to_owned(), source: source.to_owned(), version: version.to_owned() })
}
