//! updateinfo.xml: the advisories of a repository.

use std::io::{BufRead, BufReader};

use fettle_model::Severity;
use fettle_model::version::Scheme;
use jiff::civil::Date;

use crate::reading::xml::{Element, records};
use crate::reading::{Bounded, ReadError, Report};
use crate::{cve, severity};

/// Largest document, unpacked, in bytes.
pub const MAX_UNPACKED: u64 = 1_000_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    pub id: String,
    /// `security`, `bugfix`, `enhancement`, `newpackage`.
    pub kind: String,
    pub title: String,
    pub severity: Severity,
    pub issued: Option<Date>,
    pub cves: Vec<String>,
    /// Of references of type `self`, else of the first.
    pub link: Option<String>,
    pub packages: Vec<Package>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub architecture: String,
    /// `epoch:version-release`.
    pub version: String,
    pub source: Option<String>,
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
    let packages = element.all("pkglist").flat_map(|list| list.all("collection"));
    let packages = packages.flat_map(|collection| collection.all("package")).map(package);
    let issued = element.child("issued").and_then(|issued| issued.attribute("date")).unwrap_or_default();
    let issued_on = date(issued);
    if issued_on.is_none() && !issued.is_empty() {
        report.warnings.add(element.place(), "a date that is none", issued);
    }
    let word = element.text_of("severity").unwrap_or_default();
    let severity = severity::of_vendor(word).unwrap_or_else(|| {
        report.warnings.add(element.place(), "a severity of an unknown word", word);
        Severity::None
    });
    Ok(Update {
        id: element.text_of("id").ok_or("an advisory without `id`")?.to_owned(),
        kind: element.attribute("type").unwrap_or_default().to_owned(),
        title: element.text_of("title").unwrap_or_default().to_owned(),
        severity,
        issued: issued_on,
        cves: cves(&references),
        link: link(&references),
        packages: packages.collect::<Result<_, _>>()?,
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

fn package(element: &Element) -> Result<Package, &'static str> {
    let wanted = |name: &str| element.attribute(name).filter(|text| !text.is_empty());
    let epoch = wanted("epoch").unwrap_or("0");
    let version = wanted("version").ok_or("a package without `version`")?;
    let release = wanted("release").ok_or("a package without `release`")?;
    let version = format!("{epoch}:{version}-{release}");
    if Scheme::Rpm.parse(&version).is_err() {
        return Err("a package whose version is none");
    }
    let suggests = element
        .child("reboot_suggested")
        .is_some_and(|child| child.text.trim() != "0" && !child.text.trim().eq_ignore_ascii_case("false"));
    Ok(Package {
        name: wanted("name").ok_or("a package without `name`")?.to_owned(),
        architecture: wanted("arch").ok_or("a package without `arch`")?.to_owned(),
        version,
        source: wanted("src").map(str::to_owned),
        suggests_reboot: suggests,
    })
}

/// `2016-03-01 16:09:29`, `2016-03-01`, or seconds since 1970.
fn date(text: &str) -> Option<Date> {
    let day = text.split([' ', 'T']).next()?;
    let seconds = || jiff::Timestamp::from_second(day.parse().ok()?).ok();
    day.parse().ok().or_else(|| Some(seconds()?.to_zoned(jiff::tz::TimeZone::UTC).date()))
}
