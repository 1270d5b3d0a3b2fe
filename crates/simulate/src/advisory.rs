//! Advisories of Rocky Linux, as its repositories would list them: one for each update of a source package.
//!
//! Their names are `SIM-SA-` and `SIM-BA-`, which no vendor uses.

use std::fmt::Write as _;

use fettle_model::Severity;

use crate::archive::{Archive, Source, UPDATED};
use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::vulnerability;

/// Of a hundred updates.
const SECURITY: usize = 62;
/// Of a hundred of those.
const SEVERITIES: [(usize, Severity); 4] =
    [(4, Severity::Critical), (36, Severity::Important), (48, Severity::Moderate), (12, Severity::Low)];

/// An `updateinfo.xml` with all advisories of a release.
pub(crate) fn updateinfo(archive: &Archive, calendar: &Calendar) -> Result<String, std::fmt::Error> {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<updates>\n".to_owned();
    for source in &archive.sources[..UPDATED] {
        for (level, days) in (1..).zip(&source.history) {
            let update = Update { archive, source, level, days: u32::from(*days) };
            update.write(&mut xml, calendar)?;
        }
    }
    xml.push_str("</updates>\n");
    Ok(xml)
}

struct Update<'a> {
    archive: &'a Archive,
    source: &'a Source,
    level: u32,
    /// Since it came out.
    days: u32,
}

impl Update<'_> {
    fn write(&self, xml: &mut String, calendar: &Calendar) -> std::fmt::Result {
        let Self { source, level, .. } = self;
        // The same in all releases.
        let number = u64::from(source.number) * 100 + u64::from(*level);
        let chance = Chance::new(calendar.seed, "advisory", number);
        let severity = chance.one_of(&SEVERITIES, |(weight, _)| *weight).1;
        let issued = calendar.days_ago(self.days);
        let is_security = chance.percent(SECURITY);
        let (kind, letters) = if is_security { ("security", "SA") } else { ("bugfix", "BA") };
        let release = self.archive.release.split('.').next().unwrap_or_default();
        let year = Calendar::year_of(issued);
        let word = if is_security { severity.name() } else { "None" };
        writeln!(xml, "<update from=\"fettle\" status=\"final\" type=\"{kind}\" version=\"2\">")?;
        writeln!(xml, "<id>SIM-{letters}-{year}:{release}{number:05}</id>")?;
        writeln!(xml, "<title>{} {kind} update (simulated)</title>", source.name)?;
        writeln!(xml, "<severity>{word}</severity><release>Rocky Linux {release}</release>")?;
        writeln!(xml, "<issued date=\"{0}\"/><updated date=\"{0}\"/>", issued.strftime("%Y-%m-%d %H:%M:%S"))?;
        writeln!(xml, "<description>This advisory is simulated: there is no such update.</description>")?;
        xml.push_str("<references>");
        if is_security {
            for cve in vulnerability::of_source(source, *level, calendar) {
                write!(xml, "<reference type=\"cve\" id=\"{cve}\" title=\"{cve}\" href=\"\"/>")?;
            }
        }
        xml.push_str("</references>\n");
        self.write_packages(xml, release)?;
        xml.push_str("</update>\n");
        Ok(())
    }

    fn write_packages(&self, xml: &mut String, release: &str) -> std::fmt::Result {
        let Self { archive, source, level, .. } = self;
        let written = source.version(archive, *level);
        let rest = written.split_once(':').map_or(written.as_str(), |(_, rest)| rest);
        let (version, build) = rest.rsplit_once('-').unwrap_or((rest, ""));
        let file = source.source_rpm(archive, *level);
        write!(xml, "<pkglist><collection><name>rocky-linux-{release}</name>")?;
        for package in &source.packages {
            let (name, architecture) = (&package.name, package.architecture);
            write!(
                xml,
                "<package name=\"{name}\" version=\"{version}\" release=\"{build}\" epoch=\"0\" \
                 arch=\"{architecture}\" src=\"{file}\"><filename>{name}-{rest}.{architecture}.rpm</filename></package>"
            )?;
        }
        xml.push_str("</collection></pkglist>\n");
        Ok(())
    }
}
