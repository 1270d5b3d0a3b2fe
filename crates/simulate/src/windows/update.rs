//! The table of updates: each month a cumulative one of each release, which replaces the one before, each third month one
//! of the framework, and some of programs.

use fettle_catalog::windows_product;
use fettle_model::patch::{NativeId, Patch, PatchKind, Reboot, WindowsUpdate};
use fettle_model::{Article, PackageKind, PatchId, Severity};

use super::month::Month;
use super::program;
use super::release::{RELEASES, Release};
use crate::calendar::Calendar;
use crate::chance::Chance;
use crate::vulnerability;

const VENDOR: &str = "Microsoft";
/// Months of updates that are known.
pub(super) const MONTHS: u32 = 24;
/// First articles: no real one has come so far.
const OF_RELEASES: u32 = 9_000_000;
const OF_PROGRAMS: u32 = 9_500_000;
/// Of a hundred vulnerabilities of a month those that a release has.
const SHARED: usize = 70;

pub(super) const fn cumulative(release: &Release, month: Month) -> Article {
    Article(OF_RELEASES + month.number() * 100 + release.number * 10)
}

/// The article of the framework's update that was out in a month.
pub(super) const fn framework(release: &Release, month: Month) -> Article {
    let month = last_of(month, 3);
    Article(OF_RELEASES + month.number() * 100 + release.number * 10 + 1)
}

/// The article of a program's update that was out in a month; `product` is its place in [`program::UPDATED`].
pub(super) const fn of_program(product: u32, every: u32, month: Month) -> Article {
    Article(OF_PROGRAMS + last_of(month, every).number() * 50 + product)
}

/// The last month, up to this one, of those that are so many apart.
const fn last_of(month: Month, every: u32) -> Month {
    month.before(month.number() % every)
}

/// What is known of all of them, as of the end of the calendar.
pub(crate) fn updates(calendar: &Calendar) -> Vec<Patch> {
    let latest = Month::latest(calendar);
    let mut patches = Vec::new();
    for month in (0..MONTHS).map(|months| latest.before(months)) {
        for release in &RELEASES {
            let cves = shared(release, month, calendar);
            let what = format!("{} cumulative update for {}", month.name(), release.product);
            let older = cumulative(release, month.before(1));
            let (article, severity) = (cumulative(release, month), cumulative_severity(month, calendar));
            patches.push(
                Update { article, older, key: release.key(), product: release.product, cves, severity, what }
                    .patch(month),
            );
            if last_of(month, 3) == month {
                patches.push(framework_update(release, month, calendar).patch(month));
            }
        }
        for (product, (name, _, _, every)) in (0..).zip(program::UPDATED) {
            if last_of(month, every) == month {
                patches.push(program_update((product, name, every), month, calendar).patch(month));
            }
        }
    }
    patches
}

fn framework_update(release: &Release, month: Month, calendar: &Calendar) -> Update {
    let mut cves = shared(release, month, calendar);
    cves.truncate(2);
    Update {
        article: framework(release, month),
        older: framework(release, month.before(1)),
        key: release.key(),
        product: release.product,
        cves,
        severity: Severity::Important,
        what: format!("{} cumulative update of the framework for {}", month.name(), release.product),
    }
}

fn program_update((product, name, every): (u32, &'static str, u32), month: Month, calendar: &Calendar) -> Update {
    let article = of_program(product, every, month);
    let chance = Chance::new(calendar.seed, "severity", u64::from(article.0));
    let severities =
        [(10, Severity::Critical), (75, Severity::Important), (12, Severity::Moderate), (3, Severity::Low)];
    Update {
        article,
        older: of_program(product, every, month.before(1)),
        key: windows_product::of_program(name),
        product: name,
        cves: vulnerability::of_program(product, month, calendar),
        severity: chance.one_of(&severities, |(weight, _)| *weight).1,
        what: format!("{} update for {name}", month.name()),
    }
}

/// In most months something is critical.
fn cumulative_severity(month: Month, calendar: &Calendar) -> Severity {
    let chance = Chance::new(calendar.seed, "cumulative", u64::from(month.number()));
    if chance.percent(80) { Severity::Critical } else { Severity::Important }
}

fn shared(release: &Release, month: Month, calendar: &Calendar) -> Vec<String> {
    let chance = Chance::new(calendar.seed, "shared", u64::from(cumulative(release, month).0));
    let mut cves = vulnerability::of_month(month, calendar);
    cves.retain(|_| chance.percent(SHARED));
    cves
}

struct Update {
    article: Article,
    /// The one that it replaces.
    older: Article,
    key: String,
    product: &'static str,
    cves: Vec<String>,
    severity: Severity,
    what: String,
}

impl Update {
    fn patch(self, month: Month) -> Patch {
        let Self { article, older, key, product, cves, severity, what } = self;
        Patch {
            id: PatchId::derive(VENDOR, &article.to_string(), &key, "any"),
            aliases: Vec::new(),
            native_ids: vec![NativeId { scheme: "KB".to_owned(), value: article.to_string() }],
            title: format!("{article}: {what} (simulated)"),
            description: "This update is simulated: there is no such article.".to_owned(),
            vendor: VENDOR.to_owned(),
            kind: PatchKind::Security,
            severity,
            urgency: None,
            cves: Some(cves),
            product: key,
            package_kind: PackageKind::WindowsUpdate,
            repository: None,
            source: article.to_string(),
            source_version: String::new(),
            packages: Vec::new(),
            published: Some(month.released()),
            modified: None,
            reboot: Reboot::Maybe,
            advisory_link: None,
            update: Some(WindowsUpdate { article, replaces: vec![older], products: vec![product.to_owned()] }),
            withdrawn: false,
        }
    }
}
