//! updateinfo.xml: the advisories of a repository.

use std::io::{BufRead, BufReader};

use fettle_model::Severity;
use fettle_model::version::Scheme;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::reading::xml::{Element, records};
use crate::reading::{Bounded, Place, ReadError, Report};
use crate::{cve, severity};

/// Largest document, unpacked, in bytes.
pub const MAX_UNPACKED: u64 = 1_000_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub id: String,
    /// `security`, `bugfix`, `enhancement`, `newpackage`.
    pub kind: String,
    /// `final`, `stable`, `testing` …; `retracted` when it was taken back.
    pub status: String,
    pub title: String,
    pub description: String,
    pub severity: Severity,
    pub issued: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    /// What it calls the release that it is for; often nothing of use.
    pub release: String,
    pub cves: Vec<String>,
    /// Of references of type `self`, else of the first.
    pub link: Option<String>,
    pub packages: Vec<Package>,
    /// It asks for a restart whatever of it is installed.
    pub suggests_reboot: bool,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    /// `src` for the source package itself.
    pub architecture: String,
    /// `epoch:version-release`.
    pub version: String,
    /// File name of its source package, where it is told; some write another file's address in its place.
    pub source: Option<String>,
    /// Module and stream of its collection (`nodejs:18`); empty for a collection that is of no module.
    pub stream: String,
    /// Name of its collection, in which the release often stands.
    pub collection: String,
    pub suggests_reboot: bool,
}

/// Calls `each` for every advisory. One that cannot be read, or has an unreadable package, is skipped and counted.
pub fn read(input: impl BufRead, mut each: impl FnMut(Update)) -> Result<Report, ReadError> {
    let mut report = Report::default();
    let input = BufReader::new(Bounded::new(input, MAX_UNPACKED, "unpacked"));
    let is_record = |parent: &str, name: &str| parent == "updates" && name == "update";
    let root = records(input, is_record, |_, element| match update(&element, &mut report) {
        Ok(update) => {
            report.count("advisories");
            report.count_many("packages", update.packages.len());
            report.count_many("cves", update.cves.len());
            each(update);
        }
        Err(reason) => report.dropped.add(element.place(), reason, element.text_of("id").unwrap_or_default()),
    })?;
    if root.name != "updates" {
        return Err(ReadError::malformed(root.place(), format_args!("`{}` is no `updates`", root.name)));
    }
    report.accept("advisories")?;
    Ok(report)
}

fn update(element: &Element, report: &mut Report) -> Result<Update, &'static str> {
    if let Some(flaw) = element.flaw {
        return Err(flaw);
    }
    let references: Vec<_> = element.all("references").flat_map(|list| list.all("reference")).collect();
    let collections = element.all("pkglist").flat_map(|list| list.all("collection"));
    let packages = collections.flat_map(|collection| {
        let stream = collection.child("module").map(stream).unwrap_or_default();
        let name = collection.text_of("name").or_else(|| collection.attribute("short")).unwrap_or_default();
        collection.all("package").map(move |element| package(element, &stream, name))
    });
    let mut date_of = |name: &str| {
        let written = element.child(name).and_then(|date| date.attribute("date")).unwrap_or_default();
        let found = moment(written);
        if found.is_none() && !written.is_empty() {
            report.warnings.add(element.place(), "a date that is none", written);
        }
        found
    };
    let (issued, updated) = (date_of("issued"), date_of("updated"));
    let text = |name: &str| element.text_of(name).unwrap_or_default().to_owned();
    let word = element.text_of("severity").unwrap_or_default();
    let severity = severity::of_vendor(word).unwrap_or_else(|| {
        report.warnings.add(element.place(), "a severity of an unknown word", word);
        Severity::None
    });
    Ok(Update {
        id: element.text_of("id").ok_or("an advisory without `id`")?.to_owned(),
        kind: element.attribute("type").unwrap_or_default().to_owned(),
        status: element.attribute("status").unwrap_or_default().to_owned(),
        title: text("title"),
        description: text("description"),
        severity,
        issued,
        updated,
        release: text("release"),
        cves: cves(&references),
        link: link(&references),
        packages: packages.collect::<Result<_, _>>()?,
        suggests_reboot: suggests_reboot(element),
        place: element.place(),
    })
}

/// CVEs are references of type `cve`, by their id, or by a title that begins with one.
fn cves(references: &[&Element]) -> Vec<String> {
    let of_type = references.iter().filter(|reference| reference.attribute("type") == Some("cve"));
    let name = |reference: &&Element| {
        let written = [reference.attribute("id"), reference.attribute("title")];
        written.into_iter().flatten().find_map(|text| cve::normal(text.split_whitespace().next()?))
    };
    let mut cves: Vec<_> = of_type.filter_map(name).collect();
    cves.sort_unstable();
    cves.dedup();
    cves
}

fn link(references: &[&Element]) -> Option<String> {
    let own = references.iter().find(|reference| reference.attribute("type") == Some("self"));
    let href = own.or_else(|| references.first())?.attribute("href")?;
    (href.starts_with("https://") || href.starts_with("http://")).then(|| href.to_owned())
}

/// `nodejs:18`.
fn stream(module: &Element) -> String {
    match (module.attribute("name"), module.attribute("stream")) {
        (Some(name), Some(stream)) => format!("{name}:{stream}"),
        _ => String::new(),
    }
}

/// An empty element says yes, too.
fn suggests_reboot(element: &Element) -> bool {
    element
        .child("reboot_suggested")
        .is_some_and(|child| child.text.trim() != "0" && !child.text.trim().eq_ignore_ascii_case("false"))
}

fn package(element: &Element, stream: &str, collection: &str) -> Result<Package, &'static str> {
    let wanted = |name: &str| element.attribute(name).filter(|text| !text.is_empty());
    let epoch = wanted("epoch").unwrap_or("0");
    let version = wanted("version").ok_or("a package without `version`")?;
    let release = wanted("release").ok_or("a package without `release`")?;
    let version = format!("{epoch}:{version}-{release}");
    if Scheme::Rpm.parse(&version).is_err() {
        return Err("a package whose version is none");
    }
    Ok(Package {
        name: wanted("name").ok_or("a package without `name`")?.to_owned(),
        architecture: wanted("arch").ok_or("a package without `arch`")?.to_owned(),
        version,
        source: wanted("src").map(str::to_owned),
        stream: stream.to_owned(),
        collection: collection.to_owned(),
        suggests_reboot: suggests_reboot(element),
    })
}

/// `2016-03-01 16:09:29`, in UTC; `2016-03-01`, at midnight; or seconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim().trim_end_matches(" UTC");
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    if let Ok(seconds) = text.parse() {
        return Timestamp::from_second(seconds).ok();
    }
    let date = || text.split([' ', 'T']).next()?.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0));
    text.parse::<DateTime>().ok().or_else(date).and_then(utc)
}
