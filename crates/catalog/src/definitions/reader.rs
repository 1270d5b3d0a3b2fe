//! Rows in, groups out.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, BufReader, Read, Seek};

use csv::StringRecord;
use fettle_model::Severity;

use super::archive::Archive;
use super::{Article, Definitions, Kind, Texts, Update};
use crate::cve;
use crate::reading::{Place, ReadError, Report};
use crate::severity;

const HEADER: [&str; 10] = [
    "DatePosted",
    "CVE",
    "BulletinKB",
    "Title",
    "AffectedProduct",
    "AffectedComponent",
    "Severity",
    "Impact",
    "Supersedes",
    "Exploits",
];

/// Reads both tables of the archive. Only a number in `BulletinKB` makes an update; a row without one says that a
/// vulnerability is there, and is counted.
pub fn read(input: impl Read + Seek) -> Result<(Definitions, Report), ReadError> {
    let mut archive = Archive::open(BufReader::new(input))?;
    let tables = [(archive.member("CVEs_")?, "rows"), (archive.member("Custom_")?, "customRows")];
    let mut groups = Groups::default();
    for (name, noun) in &tables {
        groups.read(name, noun, archive.read(name)?)?;
    }
    let [(file, _), _] = tables;
    groups.finish(file)
}

#[derive(Default)]
struct Groups {
    report: Report,
    products: Texts,
    cves: Texts,
    titles: Texts,
    places: HashMap<(Article, u32), usize>,
    updates: Vec<Group>,
    /// What stands for a CVE and is none: advisories, service packs, names with a slip.
    other_identifiers: Texts,
    vulnerability_only: u64,
}

/// An update while its rows come in.
struct Group {
    article: Article,
    product: u32,
    title: u32,
    severity: Severity,
    kind: Kind,
    posted: u32,
    line: u32,
    cves: Vec<u32>,
    replaces: Vec<Article>,
}

impl Groups {
    fn read(&mut self, name: &str, noun: &'static str, table: impl Read) -> Result<(), ReadError> {
        let at = |line| Place::Member(name.to_owned(), Box::new(Place::Line(line)));
        let mut table = BufReader::new(table);
        let ends = line_ends(&mut table).map_err(|error| ReadError::of_input(error, at(1)))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).comment(Some(b'#')).from_reader(table);
        let header = reader.headers().map_err(|error| of_csv(error, name))?;
        if header.iter().ne(HEADER) {
            return Err(ReadError::malformed(at(1), format_args!("the columns are not {}", HEADER.join(", "))));
        }
        let mut record = csv::ByteRecord::new();
        let mut rows: u64 = 0;
        while reader.read_byte_record(&mut record).map_err(|error| of_csv(error, name))? {
            let line = ends.first_line(reader.position().line(), &record);
            let added = match StringRecord::from_byte_record(std::mem::take(&mut record)) {
                Ok(row) => {
                    let added = self.add(&row, name, line);
                    record = row.into_byte_record();
                    added
                }
                Err(error) => {
                    record = error.into_byte_record();
                    Err("a row that is not UTF-8")
                }
            };
            match added {
                Ok(()) => rows += 1,
                Err(reason) => self.report.dropped.add(
                    at(line),
                    reason,
                    &String::from_utf8_lossy(record.get(2).unwrap_or_default()),
                ),
            }
        }
        *self.report.read.entry(noun).or_default() += rows;
        Ok(())
    }

    fn add(&mut self, row: &StringRecord, table: &str, line: u64) -> Result<(), &'static str> {
        if row.len() != HEADER.len() {
            return Err("a row that has not ten fields");
        }
        let field = |place: usize| row.get(place).unwrap_or_default().trim();
        let posted = date(field(0)).ok_or("a date that is none")?;
        let at = || Place::Member(table.to_owned(), Box::new(Place::Line(line)));
        let name = field(1);
        let is_service_pack = name.starts_with("SP");
        let cve = match cve::normal(name) {
            Some(cve) => Some(self.cves.place(&cve)),
            None if name.is_empty() => None,
            None => {
                if !is_service_pack {
                    self.other_identifiers.place(name);
                    self.report.warnings.add(at(), "an identifier that is no CVE", name);
                }
                None
            }
        };
        let severity = if field(6) == "System.Object[]" {
            self.report.warnings.add(at(), "a severity that was not written out", name);
            Severity::None
        } else {
            severity::of_vendor(field(6)).unwrap_or_else(|| {
                self.report.warnings.add(at(), "a severity of an unknown word", field(6));
                Severity::None
            })
        };
        let product = self.products.place(field(4));
        let Some(article) = article(field(2)) else {
            self.vulnerability_only += 1;
            return Ok(());
        };
        let line = u32::try_from(line).map_err(|_| "a line number above four thousand million")?;
        let title = self.titles.place(field(3));
        let kind = if is_service_pack { Kind::ServicePack } else { Kind::Security };
        let group = self.places.entry((article, product)).or_insert_with(|| {
            self.updates.push(Group {
                article,
                product,
                title,
                severity,
                kind,
                posted,
                line,
                cves: Vec::new(),
                replaces: Vec::new(),
            });
            self.updates.len() - 1
        });
        self.updates[*group].join(severity, kind, posted, cve, field(8));
        Ok(())
    }

    fn finish(mut self, file: String) -> Result<(Definitions, Report), ReadError> {
        let articles: BTreeSet<Article> = self.updates.iter().map(|group| group.article).collect();
        let updates: Vec<_> = self.updates.into_iter().map(Group::finish).collect();
        let definitions = Definitions {
            products: self.products.into_list(),
            cves: self.cves.into_list(),
            titles: self.titles.into_list(),
            updates,
            file,
        };
        self.report.count_many("updates", definitions.updates.len());
        self.report.count_many("articles", articles.len());
        self.report.count_many("products", definitions.products.len());
        self.report.count_many("cves", definitions.cves.len());
        self.report.count_many("otherIdentifiers", self.other_identifiers.into_list().len());
        *self.report.read.entry("rowsWithoutUpdate").or_default() += self.vulnerability_only;
        self.report.accept("rows")?;
        Ok((definitions, self.report))
    }
}

impl Group {
    fn join(&mut self, severity: Severity, kind: Kind, posted: u32, cve: Option<u32>, replaces: &str) {
        self.severity = self.severity.max(severity);
        // An article that is listed for security too is more than the service pack that also contains it.
        self.kind = self.kind.min(kind);
        self.posted = self.posted.min(posted);
        // Rows of one update mostly stand together: what the last one said need not be kept again.
        if let Some(cve) = cve.filter(|cve| self.cves.last() != Some(cve)) {
            self.cves.push(cve);
        }
        for article in articles(replaces) {
            if !self.replaces.contains(&article) {
                self.replaces.push(article);
            }
        }
    }

    fn finish(mut self) -> Update {
        self.cves.sort_unstable();
        self.cves.dedup();
        self.replaces.sort_unstable();
        Update {
            article: self.article,
            product: self.product,
            title: self.title,
            severity: self.severity,
            kind: self.kind,
            posted: self.posted,
            cves: self.cves.into(),
            replaces: self.replaces.into(),
            line: self.line,
        }
    }
}

/// Article numbers have six or seven digits; shorter and longer numbers are something else.
pub(crate) fn article(text: &str) -> Option<Article> {
    let is_number = matches!(text.len(), 6 | 7) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().map(Article).ok()).flatten()
}

/// Lists are parted by `;`, by `<br>`, by line ends: at everything that is no digit.
fn articles(text: &str) -> impl Iterator<Item = Article> {
    text.split(|character: char| !character.is_ascii_digit()).filter_map(article)
}

/// `YYYYMMDD`, checked against the calendar.
fn date(text: &str) -> Option<u32> {
    let number = text.parse::<u32>().ok().filter(|_| text.len() == 8)?;
    let part = |value: u32| i8::try_from(value).ok();
    let year = i16::try_from(number / 10_000).ok()?;
    jiff::civil::Date::new(year, part(number / 100 % 100)?, part(number % 100)?).ok().map(|_| number)
}

/// How a table's lines end.
#[derive(Clone, Copy)]
enum LineEnds {
    Lf,
    CrLf,
}

fn line_ends(table: &mut impl BufRead) -> std::io::Result<LineEnds> {
    let start = table.fill_buf()?;
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(if first.ends_with(b"\r") { LineEnds::CrLf } else { LineEnds::Lf })
}

impl LineEnds {
    /// The line on which a record begins, from the line that the reader has come to: a record ends behind `\n` or between
    /// `\r` and `\n`, and has the line ends within its fields.
    fn first_line(self, reached: u64, record: &csv::ByteRecord) -> u64 {
        let within = record.as_slice().split(|byte| *byte == b'\n').count() as u64 - 1;
        let behind = match self {
            Self::Lf => 1,
            Self::CrLf => 0,
        };
        reached.saturating_sub(within + behind)
    }
}

fn of_csv(error: csv::Error, table: &str) -> ReadError {
    let line = error.position().map_or(0, csv::Position::line);
    let place = Place::Member(table.to_owned(), Box::new(Place::Line(line)));
    match error.into_kind() {
        csv::ErrorKind::Io(error) => ReadError::of_input(error, place),
        csv::ErrorKind::Utf8 { .. } => ReadError::malformed(place, "the header is not UTF-8"),
        other => ReadError::malformed(place, format_args!("{other:?}")),
    }
}
