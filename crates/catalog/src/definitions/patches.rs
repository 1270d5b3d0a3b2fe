//! The table's updates as patches: one for each article and product ([`windows_product`]).
//!
//! The table has a row for each name of a product: Windows Server 2019, its Server Core installation, and Internet Explorer
//! 11 on it. On a machine those are one update, installed once, and what one of them replaces the others replace too: they
//! become one patch, as a machine's update is one by its article (`catalogue.md` 1.1), and the names are its products.

use std::collections::BTreeSet;

use fettle_model::patch::{NativeId, Patch, PatchKind, Reboot, WindowsUpdate};
use fettle_model::text::cleaned;
use fettle_model::{Article, PackageKind, PatchId, Severity};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{Definitions, Kind, Update};
use crate::windows_product;

const VENDOR: &str = "Microsoft";
/// Where an article is read, by its number.
const ARTICLE_PAGE: &str = "https://support.microsoft.com/help/";
const MAX_TITLE: usize = 512;

/// By product and article; rows of a product without a name are left out. Made one by one, for all of them take more memory
/// than the table does.
pub fn patches(definitions: &Definitions) -> impl Iterator<Item = Patch> {
    let keys: Vec<Option<String>> = definitions.products.iter().map(|name| windows_product::of_table(name)).collect();
    let key = move |update: &Update| keys[update.product as usize].clone();
    let mut rows: Vec<(String, &Update)> =
        definitions.updates.iter().filter_map(|update| Some((key(update)?, update))).collect();
    rows.sort_by(|(left_key, left), (right_key, right)| (left_key, left.article).cmp(&(right_key, right.article)));
    let mut rows = rows.into_iter().peekable();
    std::iter::from_fn(move || {
        let (key, first) = rows.next()?;
        let mut of_patch = vec![first];
        while let Some((_, more)) = rows.next_if(|(next, update)| *next == key && update.article == first.article) {
            of_patch.push(more);
        }
        Some(patch(definitions, key, first.article, &of_patch))
    })
}

/// `rows` are all of one article and product, and at least one.
fn patch(definitions: &Definitions, product: String, article: Article, rows: &[&Update]) -> Patch {
    let cves: BTreeSet<u32> = rows.iter().flat_map(|row| row.cves.iter().copied()).collect();
    let mut cves: Vec<String> = cves.into_iter().map(|cve| definitions.cves[cve as usize].to_string()).collect();
    cves.sort_unstable();
    let replaces: BTreeSet<Article> = rows.iter().flat_map(|row| row.replaces.iter().copied()).collect();
    let products: BTreeSet<String> =
        rows.iter().map(|row| definitions.products[row.product as usize].trim().to_owned()).collect();
    let newest = rows.iter().min_by_key(|row| std::cmp::Reverse(row.posted)).expect("at least one row");
    let kind = match rows.iter().map(|row| row.kind).min() {
        Some(Kind::ServicePack) => PatchKind::ServicePack,
        _ => PatchKind::Security,
    };
    Patch {
        id: PatchId::derive(VENDOR, &article.to_string(), &product, "any"),
        aliases: Vec::new(),
        native_ids: vec![NativeId { scheme: "KB".to_owned(), value: article.to_string() }],
        title: title(article, &definitions.titles[newest.title as usize], cves.len()),
        description: String::new(),
        vendor: VENDOR.to_owned(),
        kind,
        severity: rows.iter().map(|row| row.severity).max().unwrap_or(Severity::None),
        urgency: None,
        cves: Some(cves),
        product,
        package_kind: PackageKind::WindowsUpdate,
        repository: None,
        source: article.to_string(),
        source_version: String::new(),
        packages: Vec::new(),
        published: rows.iter().map(|row| row.posted).min().and_then(day),
        modified: None,
        reboot: Reboot::Maybe,
        advisory_link: Some(format!("{ARTICLE_PAGE}{}", article.0)),
        update: Some(WindowsUpdate {
            article,
            replaces: replaces.into_iter().filter(|older| *older != article).collect(),
            products: products.into_iter().collect(),
        }),
        withdrawn: false,
    }
}

/// The table gives titles to vulnerabilities, of which an update fixes up to hundreds.
fn title(article: Article, first: &str, cves: usize) -> String {
    let more = match cves {
        0 | 1 => String::new(),
        2 => " and another vulnerability".to_owned(),
        _ => format!(" and {} other vulnerabilities", cves - 1),
    };
    cleaned(&format!("{article}: {first}{more}"), MAX_TITLE)
}

/// Of `YYYYMMDD`, its beginning in UTC.
fn day(posted: u32) -> Option<Timestamp> {
    let part = |value: u32| i8::try_from(value % 100).ok();
    let date = Date::new(i16::try_from(posted / 10_000).ok()?, part(posted / 100)?, part(posted)?).ok()?;
    date.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp())
}
